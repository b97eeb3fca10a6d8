import { TextDecoder } from "node:util";

/** Most bytes of a console that are kept for a report. */
const BYTES_KEPT_MAX: number = 1 << 20;

/** Collects what a machine prints, byte by byte, and shows it as text. */
export class ConsoleText {
  readonly #show: ((text: string) => void) | undefined;
  readonly #decoder: TextDecoder = new TextDecoder();
  #pending: number[] = [];
  #kept: number[] = [];

  /** @param show Takes text as it comes; without it nothing is shown. */
  constructor(show?: (text: string) => void) {
    this.#show = show;
  }

  /** The first MiB of everything that was printed; a copy. */
  get bytes(): Uint8Array {
    return Uint8Array.from(this.#kept);
  }

  /** Takes a byte. */
  add(byte: number): void {
    if (this.#show !== undefined) this.#pending.push(byte);
    if (this.#kept.length < BYTES_KEPT_MAX) this.#kept.push(byte);
  }

  /** Shows what has come since the last time; half a character waits for its other half. */
  flush(): void {
    if (this.#pending.length === 0) return;
    this.#show?.(this.#decoder.decode(Uint8Array.from(this.#pending), { stream: true }));
    this.#pending = [];
  }
}
