import type { CommandIo } from "./command-io.ts";

/** Least time between two texts: a tenth of a second is as fast as a person reads. */
const GAP_MS = 100;

/** One line on a terminal that is written over and over; nothing where no person looks. */
export class ProgressLine {
  readonly #io: CommandIo;
  #shown = "";
  #shownAtMs = Number.NEGATIVE_INFINITY;

  constructor(io: CommandIo) {
    this.#io = io;
  }

  /** @param text Asked for when it is time to show it. */
  show(text: () => string): void {
    if (this.#io.isErrorTerminal !== true) return;
    const nowMs = performance.now();
    if (nowMs - this.#shownAtMs < GAP_MS) return;
    this.#shownAtMs = nowMs;
    this.#write(text());
  }

  /** Leaves an empty line to whatever comes next. */
  clear(): void {
    if (this.#shown === "") return;
    this.#write("");
    this.#io.stderr("\r");
  }

  #write(text: string): void {
    this.#io.stderr(`\r${text.padEnd(this.#shown.length)}`);
    this.#shown = text;
  }
}
