import type { DiskRead } from "../guest/guest.ts";
import type { AnswerSource } from "../host/guest-port.ts";
import type { DiskReads } from "./disk-reads.ts";
import type { Answer } from "./log-entry.ts";

/**
 * Answers a machine that replays a stretch what the services of the other one answered, in order. A question
 * that was not asked then is answered by the clock here, by 0, or by the machine's own disk, and is told by
 * {@link ReplaySource.misuse}.
 */
export class ReplaySource implements AnswerSource {
  readonly #answers: readonly Answer[];
  readonly #clock: { now(): number };
  readonly #diskReads: DiskReads;
  readonly #ownReads: DiskRead[] = [];
  #next = 0;
  #misuse: string | undefined;

  /**
   * @param clock The clock of this host.
   * @param diskReads Whether what the disk reads is one of the answers. Default `own`.
   */
  constructor(answers: readonly Answer[], clock: { now(): number }, diskReads: DiskReads = "own") {
    this.#answers = answers;
    this.#clock = clock;
    this.#diskReads = diskReads;
  }

  /** What the machine's own disk has read. */
  get ownReads(): readonly DiskRead[] {
    return this.#ownReads;
  }

  /** What was asked that was not asked then, or not asked that was; `undefined` if nothing. */
  get misuse(): string | undefined {
    if (this.#misuse !== undefined) return this.#misuse;
    const left = this.#answers.length - this.#next;
    return left === 0 ? undefined : `services: ${left} answers left over`;
  }

  now(): number {
    const answer = this.#take("clock");
    return answer?.service === "clock" ? answer.value : this.#clock.now();
  }

  random32(): number {
    const answer = this.#take("random");
    return answer?.service === "random" ? answer.value : 0;
  }

  diskRead(read: DiskRead): Uint8Array {
    if (this.#diskReads === "logged") {
      const answer = this.#take("disk");
      const bytes = answer?.service === "disk" ? answer.bytes : undefined;
      if (bytes?.length === read.sizeBytes) return bytes;
      this.#misuse ??= `services: read ${read.sizeBytes} bytes of the disk, logged ${bytes?.length}`;
    }
    this.#ownReads.push(read);
    return read.own();
  }

  #take(service: Answer["service"]): Answer | undefined {
    const answer = this.#answers[this.#next];
    if (answer?.service === service) {
      this.#next += 1;
      return answer;
    }
    this.#misuse ??= `services: asked the ${service}, logged ${answer?.service ?? "nothing more"}`;
    return undefined;
  }
}
