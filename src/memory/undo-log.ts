import { assert } from "../sim/assert.ts";
import type { Memory } from "./memory.ts";
import { PageSet } from "./page-set.ts";
import type { WriteGuard } from "./write-guard.ts";

/**
 * What pages held before they were written, since the last {@link UndoLog.begin}: with it a piece of work on
 * a memory can be taken back, as if it had never begun. For memories whose stores are seen.
 */
export class UndoLog {
  readonly #memory: Memory;
  readonly #guard: WriteGuard;
  readonly #before = new Map<number, Uint8Array>();

  /** Begins, for all pages that the memory has now. */
  constructor(memory: Memory) {
    this.#memory = memory;
    this.#guard = memory.guardWrites((page) => {
      assert(!this.#before.has(page), "a page is kept once");
      this.#before.set(page, memory.page(page).slice());
      this.#guard.permit(page, 1);
    });
    for (const { basePage, pageCount, stores } of memory.regions) {
      assert(stores === "seen", "what is not seen cannot be taken back");
      this.#guard.forbid(basePage, pageCount);
    }
  }

  /** Pages written since {@link UndoLog.begin}. */
  get size(): number {
    return this.#before.size;
  }

  /** What was written until now stays. */
  begin(): void {
    if (this.#before.size === 0) return;
    const written = new PageSet(this.#before.keys());
    this.#before.clear();
    this.#guard.forbidPages(written);
  }

  /** Takes back what was written since {@link UndoLog.begin}, and begins anew. */
  undo(): void {
    for (const [page, bytes] of this.#before) this.#memory.hostWrite(page, bytes);
    this.begin();
    assert(this.size === 0, "what was taken back is not kept");
  }

  /** Keeps nothing any more, for good: pages may be written as before. */
  end(): void {
    this.#guard.release();
    this.#before.clear();
  }
}
