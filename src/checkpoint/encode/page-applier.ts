import type { Memory } from "../../memory/memory.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import type { DifferenceCounter } from "./difference-counter.ts";
import type { ApplyDefects } from "./encode-defects.ts";
import type { EncodedPage } from "./encoded-page.ts";
import { IDENTICAL, RUNS, WHOLE, WORDS, ZERO } from "./page-form.ts";
import { decodeInto } from "./page-patch.ts";

/** What a {@link PageApplier} may be given. */
export interface PageApplierOptions {
  /** Told of every page that is applied. */
  readonly counter?: DifferenceCounter | undefined;
  readonly broken?: ApplyDefects | undefined;
}

/**
 * Applies encoded pages to a stand-by machine's memory. A difference is decoded when it is applied,
 * against what memory holds then: pages must be applied in the order in which they were encoded.
 */
export class PageApplier {
  readonly #counter: DifferenceCounter | undefined;
  readonly #broken: ApplyDefects;
  readonly #scratch = new Uint8Array(PAGE_SIZE);
  #patchedPages = 0;

  constructor({ counter, broken = {} }: PageApplierOptions = {}) {
    this.#counter = counter;
    this.#broken = broken;
  }

  /** Differences applied so far: pages that were read, patched and written back. */
  get patchedPages(): number {
    return this.#patchedPages;
  }

  /** What is applied from now on belongs to `epoch`. */
  beginEpoch(epoch: number): void {
    this.#counter?.beginEpoch(epoch);
  }

  /**
   * Puts a page into memory.
   *
   * @param encoded As `readEncodedPage` gives it, its page one that the memory has.
   */
  apply(encoded: EncodedPage, memory: Memory): void {
    const { page, form, payload } = encoded;
    if (this.#counter !== undefined) this.#note(encoded, memory, this.#counter);
    switch (form) {
      case ZERO:
        memory.zeroPage(page);
        return;
      case WHOLE:
        memory.hostWrite(page, payload);
        return;
      case IDENTICAL:
        return;
      case WORDS:
      case RUNS:
        this.#patchedPages += 1;
        decodeInto(encoded, memory.page(page), this.#scratch);
        // XOR twice with the same difference is the page as it was
        if (this.#broken.xorTwice === true) this.#scratch.set(memory.page(page));
        memory.hostWrite(page, this.#scratch);
    }
  }

  /**
   * Makes a page without putting it into memory.
   *
   * @param base One page: what the receiver has of it so far.
   * @param target One page, overwritten; not the same bytes as `base`.
   */
  decode(encoded: EncodedPage, base: Uint8Array, target: Uint8Array): void {
    decodeInto(encoded, base, target);
    this.#counter?.note(encoded.page, base, target);
    if (encoded.form !== WORDS && encoded.form !== RUNS) return;
    this.#patchedPages += 1;
    if (this.#broken.xorTwice === true) target.set(base);
  }

  #note(encoded: EncodedPage, memory: Memory, counter: DifferenceCounter): void {
    const before = memory.page(encoded.page);
    decodeInto(encoded, before, this.#scratch);
    counter.note(encoded.page, before, this.#scratch);
  }
}
