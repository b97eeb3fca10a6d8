import { assert } from "../../sim/assert.ts";
import { PAGE_SIZE } from "../page.ts";
import { PAGES_AT_ONCE, pageKernelModule } from "./page-kernel-code.ts";

type Sum = (at: number, end: number, page: number) => readonly [number, number];

interface PageKernelExports {
  readonly sum: Sum;
  readonly isZero: (at: number) => number;
}

/** Compiled at its first use; `null` where the engine knows no vectors. */
let compiled: WebAssembly.Module | null | undefined;

/**
 * Looks at pages where they lie, in a WebAssembly memory: hashes them about three times as fast as `hashPage` does
 * and to the same sum, and tells pages of zeros about four times as fast as `isZeroAt`. It writes nothing.
 */
export class PageKernel {
  readonly #sum: Sum;
  readonly #isZero: (at: number) => number;

  private constructor({ sum, isZero }: PageKernelExports) {
    this.#sum = sum;
    this.#isZero = isZero;
  }

  /** One for a memory; none for what is no WebAssembly memory, or in an engine without vectors. */
  static over(memory: object): PageKernel | undefined {
    if (typeof WebAssembly === "undefined" || !(memory instanceof WebAssembly.Memory))
      return undefined;
    compiled ??= compile();
    if (compiled === null) return undefined;
    const { exports } = new WebAssembly.Instance(compiled, { memory: { bytes: memory } });
    return new PageKernel(exports as unknown as PageKernelExports);
  }

  /**
   * Whether a page holds only zeros.
   *
   * @param at Where in the memory it begins, in bytes.
   */
  isZero(at: number): boolean {
    assert(at % PAGE_SIZE === 0, "a whole page");
    return this.#isZero(at) !== 0;
  }

  /**
   * Adds the hashes of pages to a sum of two halves.
   *
   * @param at Where in the memory they begin, in bytes.
   * @param page Number of the first one.
   * @returns How many were hashed: all but those of an incomplete {@link PAGES_AT_ONCE} at the end.
   */
  add(at: number, page: number, pageCount: number, sum: Int32Array): number {
    const hashed = pageCount - (pageCount % PAGES_AT_ONCE);
    assert(at % PAGE_SIZE === 0 && hashed >= 0, "whole pages");
    const [low, high] = this.#sum(at, at + hashed * PAGE_SIZE, page);
    sum[0]! += low;
    sum[1]! += high;
    return hashed;
  }
}

function compile(): WebAssembly.Module | null {
  const bytes = pageKernelModule();
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}
