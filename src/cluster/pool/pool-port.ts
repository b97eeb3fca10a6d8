import type { Datagram } from "../../host/datagram.ts";
import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import { POOL_PORT, replyPort } from "../../host/pool/memory-pool.ts";
import {
  decodeReply,
  encodeRequest,
  type PoolReply,
  type PoolRequest,
} from "../../host/pool/pool-message.ts";
import type { Channel } from "../../sim/channel.ts";
import type { Process } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** Attempts of one question whose answers are still known for what they are: the newest. */
const ATTEMPTS_KEPT = 64;

/** What a port is made of. */
export interface PoolPortOptions {
  readonly network: Network;
  readonly host: Host;
  /** Name of the pool's node. */
  readonly pool: string;
  readonly machine: string;
  /** How long an answer is waited for before the same is asked again, on the host's clock. */
  readonly retryNs: Nanoseconds;
}

/** What to ask; what is not given is about nothing. */
export type Asked = Pick<PoolRequest, "operation" | "term"> &
  Partial<Pick<PoolRequest, "epoch" | "reader">>;

/** An answer. */
export interface Answer extends PoolReply {
  /** When the request that it answers was sent, on the host's clock that nobody sets. */
  readonly askedAtNs: Nanoseconds;
}

/** Asks a pool's controller about one machine, again and again until it answers. */
export class PoolPort {
  readonly #options: PoolPortOptions;
  readonly #replies: Channel<Datagram>;
  /** Tells this program from one that ran on the host before it was restarted. */
  readonly #session: number;
  #number = 0;

  /** Opens the port; a crash of the host closes it. */
  constructor(options: PoolPortOptions) {
    this.#options = options;
    this.#replies = options.host.open(replyPort(options.machine));
    this.#session = options.network.nextConnection();
  }

  /** Asks until there is an answer, however long that takes. One question at a time. */
  ask(asked: Asked): Process<Answer>;
  /**
   * @param limitNs How long, on the host's clock; `undefined` when it is over. What was asked may be done
   *   all the same.
   */
  ask(asked: Asked, limitNs: Nanoseconds): Process<Answer | undefined>;
  *ask(asked: Asked, limitNs?: Nanoseconds): Process<Answer | undefined> {
    const { network, host, pool, machine, retryNs } = this.#options;
    const { clock } = host;
    const untilNs = limitNs === undefined ? undefined : clock.monotonic() + limitNs;
    /** When each attempt was sent: an answer to any of them answers the question. */
    const sentAtNs = new Map<number, Nanoseconds>();
    for (;;) {
      this.#number += 1;
      const number = this.#number;
      sentAtNs.set(number, clock.monotonic());
      sentAtNs.delete(number - ATTEMPTS_KEPT);
      const request = { epoch: 0, reader: "", ...asked, machine };
      network.send(
        host,
        pool,
        POOL_PORT,
        encodeRequest({ ...request, session: this.#session, number }),
      );
      const againAtNs = clock.monotonic() + retryNs;
      const waitUntilNs = untilNs === undefined ? againAtNs : Math.min(againAtNs, untilNs);
      const answer = yield* this.#await(sentAtNs, waitUntilNs);
      if (answer !== undefined) return answer;
      if (untilNs !== undefined && clock.monotonic() >= untilNs) return undefined;
    }
  }

  *#await(
    sentAtNs: ReadonlyMap<number, Nanoseconds>,
    untilNs: Nanoseconds,
  ): Process<Answer | undefined> {
    const { clock } = this.#options.host;
    for (;;) {
      const leftNs = clock.toGlobal(Math.max(0, untilNs - clock.monotonic()));
      const next = yield* race({ reply: this.#replies.receive() }, leftNs);
      if (next.key === "timeout") return undefined;
      const reply = decodeReply(next.value.bytes);
      if (reply?.session !== this.#session) continue;
      const askedAtNs = sentAtNs.get(reply.number);
      if (askedAtNs !== undefined) return { ...reply, askedAtNs };
    }
  }
}
