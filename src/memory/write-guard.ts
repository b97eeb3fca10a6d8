import { PageSet } from "./page-set.ts";
import type { WriteFaultHandler } from "./translator.ts";

/** What a {@link WriteGuard} needs of the memory and of the guards beside it. */
export interface WriteProtection {
  /** Takes write permission from pages. */
  protect(firstPage: number, pageCount: number): void;
  /** Makes what was taken felt: no cached translation lets a store pass any more. */
  invalidate(): void;
  /** Gives write permission back to a page that this guard has let go, if no other holds it. */
  letGo(page: number): void;
  /** Takes a guard out: it is not asked any more. */
  remove(guard: WriteGuard): void;
}

/**
 * One of several users that keep pages of a memory from being written, each for itself: a page may
 * be written when none of them holds it. A write to a page that is held asks each that holds it, in
 * the order in which they were made, and takes place if all of them let go.
 */
export class WriteGuard {
  /**
   * Asked before a write to a page that this guard holds; the write takes place only if it permits
   * the page. It takes permission from no page: a store across two pages asks for both before it
   * writes to either. Without a handler the write is refused.
   */
  onFault: WriteFaultHandler | undefined;
  readonly #protection: WriteProtection;
  readonly #held = new PageSet();

  /** Made by `Memory.guardWrites`. */
  constructor(protection: WriteProtection, onFault: WriteFaultHandler | undefined) {
    this.#protection = protection;
    this.onFault = onFault;
  }

  /** Pages that this guard holds. */
  get heldPages(): number {
    return this.#held.size;
  }

  /** Whether this guard holds a page. */
  holds(page: number): boolean {
    return this.#held.has(page);
  }

  /**
   * Takes write permission from pages and invalidates cached translations, as one step.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`, `PAGE_COUNT_OUT_OF_RANGE`.
   */
  forbid(firstPage: number, pageCount: number): void {
    if (pageCount !== 0) {
      this.#held.addRange(firstPage, pageCount);
      this.#protection.protect(firstPage, pageCount);
    }
    this.#protection.invalidate();
  }

  /**
   * As {@link WriteGuard.forbid}, for pages that may lie anywhere.
   *
   * @param invalidate False is a defect for tests to notice: stores through translations that are
   *   cached go on unnoticed.
   */
  forbidPages(pages: PageSet, invalidate = true): void {
    this.#held.union(pages);
    pages.forEach((page) => {
      this.#protection.protect(page, 1);
    });
    if (invalidate) this.#protection.invalidate();
  }

  /** Lets go of pages; what this guard does not hold stays as it is. */
  permit(firstPage: number, pageCount: number): void {
    for (let page = firstPage; page < firstPage + pageCount; page += 1) {
      if (this.#held.delete(page)) this.#protection.letGo(page);
    }
  }

  /** Lets go of everything, for good. Once more does nothing. */
  release(): void {
    this.#protection.remove(this);
    this.#held.forEach((page) => {
      this.#protection.letGo(page);
    });
    this.#held.clear();
  }
}
