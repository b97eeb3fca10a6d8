import type { AnswerSource } from "../host/guest-port.ts";
import type { Answer } from "./log-entry.ts";

/**
 * Answers a machine that replays a stretch what the services of the other one answered, in order. A question
 * that was not asked then is answered by the clock here, or 0, and is told by {@link ReplaySource.misuse}.
 */
export class ReplaySource implements AnswerSource {
  readonly #answers: readonly Answer[];
  readonly #clock: { now(): number };
  #next = 0;
  #misuse: string | undefined;

  /** @param clock The clock of this host. */
  constructor(answers: readonly Answer[], clock: { now(): number }) {
    this.#answers = answers;
    this.#clock = clock;
  }

  /** What was asked that was not asked then, or not asked that was; `undefined` if nothing. */
  get misuse(): string | undefined {
    if (this.#misuse !== undefined) return this.#misuse;
    const left = this.#answers.length - this.#next;
    return left === 0 ? undefined : `services: ${left} answers left over`;
  }

  now(): number {
    return this.#take("clock") ?? this.#clock.now();
  }

  random32(): number {
    return this.#take("random") ?? 0;
  }

  #take(service: Answer["service"]): number | undefined {
    const answer = this.#answers[this.#next];
    if (answer?.service === service) {
      this.#next += 1;
      return answer.value;
    }
    this.#misuse ??= `services: asked the ${service}, logged ${answer?.service ?? "nothing more"}`;
    return undefined;
  }
}
