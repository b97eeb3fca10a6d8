import { type BitsPerSecond, transmissionNs } from "../../host/bandwidth.ts";
import type { Host } from "../../host/host.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** Lets bytes leave no faster than at a rate, so that replication leaves room for others on a link. */
export class RateLimit {
  readonly #host: Host;
  readonly #bitsPerSecond: BitsPerSecond;
  /** When what was let through so far will have taken its time. */
  #freeAtNs: Nanoseconds = 0;

  /** @param bitsPerSecond `Infinity` for no limit. */
  constructor(host: Host, bitsPerSecond: BitsPerSecond) {
    this.#host = host;
    this.#bitsPerSecond = bitsPerSecond;
  }

  /** How long the next bytes would have to wait, on the host's clock that nobody sets. */
  get waitNs(): Nanoseconds {
    return Math.max(0, this.#freeAtNs - this.#host.clock.monotonic());
  }

  /** Waits until `bytes` may leave. */
  *pass(bytes: number): Process {
    if (this.#bitsPerSecond === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#host;
    const nowNs = clock.monotonic();
    const fromNs = Math.max(nowNs, this.#freeAtNs);
    this.#freeAtNs = fromNs + transmissionNs(bytes, this.#bitsPerSecond);
    if (fromNs > nowNs) yield* clock.sleep(fromNs - nowNs);
  }
}
