import type { ReliableStream } from "../../host/reliable-stream.ts";
import type { Process } from "../../sim/process.ts";
import type { Announce } from "../announcer.ts";
import type { DifferenceCounter } from "../encode/difference-counter.ts";
import { encodeAnswer, encodeMissing, encodeNotice } from "../encode-message.ts";
import type { OfEpoch } from "../epoch-order.ts";
import type { Refusal } from "./refusal.ts";

/** What answers are made of. */
export interface AnswersOptions {
  /** To the primary. */
  readonly stream: ReliableStream;
  readonly announce: Announce;
  /** What it has found out travels with acknowledgements. */
  readonly counter: DifferenceCounter | undefined;
}

/** All that a secondary says to its primary. */
export class Answers {
  readonly #stream: ReliableStream;
  readonly #announce: Announce;
  readonly #counter: DifferenceCounter | undefined;

  constructor({ stream, announce, counter }: AnswersOptions) {
    this.#stream = stream;
    this.#announce = announce;
    this.#counter = counter;
  }

  /** A checkpoint has arrived and will not be lost. */
  *acknowledge(of: OfEpoch): Process {
    yield* this.acknowledgeAgain(of);
    yield* this.#announce("acknowledgement.sent", of);
  }

  /** The same about one that was sent again. */
  *acknowledgeAgain({ term, epoch }: OfEpoch): Process {
    const answer = { type: "acknowledge", term, epoch } as const;
    const feedback = this.#counter?.take();
    yield* this.#stream.send(
      encodeAnswer(feedback === undefined ? answer : { ...answer, feedback }),
    );
  }

  /** A checkpoint is refused whole. */
  *refuse({ term, epoch }: OfEpoch, reason: Refusal | "unreadable message"): Process {
    yield* this.#announce("checkpoint.rejected", { term, epoch }, { reason });
    yield* this.#stream.send(encodeAnswer({ type: "reject", term, epoch }));
  }

  /** These groups have not come unharmed; the others are kept. */
  *miss({ term, epoch }: OfEpoch, groups: readonly number[]): Process {
    yield* this.#announce("groups.missing", { term, epoch }, { groups: groups.length });
    yield* this.#stream.send(encodeMissing({ term, epoch, groups }));
  }

  /** Nothing is under way. */
  *rest({ term, epoch }: OfEpoch): Process {
    yield* this.#stream.send(encodeNotice({ type: "ready", term, epoch }));
    yield* this.#announce("ready.sent", { term, epoch });
  }
}
