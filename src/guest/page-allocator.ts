import type { Memory } from "../memory/memory.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { assert } from "../sim/assert.ts";
import { u32 } from "./record-field.ts";
import { type RecordLayout, type RecordView, recordLayout } from "./record-layout.ts";

/** What a {@link PageAllocator} remembers, in guest memory. */
export const PageAllocatorControl: RecordLayout<{ readonly nextPage: typeof u32 }> = recordLayout({
  nextPage: u32,
});

/**
 * Hands out a guest's pages one after the other and takes none back: programs here only ever ask for
 * more tables. Pages are zero when they are handed out, and untouched, so they cost nothing yet.
 */
export class PageAllocator {
  /** One more than the last page that can be handed out. */
  readonly pageCount: number;
  readonly #control: RecordView<{ readonly nextPage: typeof u32 }>;

  /**
   * @param controlAddress Address of a {@link PageAllocatorControl}.
   * @param pageCount Pages of the memory, which begins at page 0.
   */
  constructor(memory: Memory, controlAddress: number, pageCount: number) {
    assert(pageCount >= 1, "there is a page for the control record");
    this.pageCount = pageCount;
    this.#control = PageAllocatorControl.at(memory, controlAddress);
  }

  /** Called once, when booting: pages below `firstPage` are never handed out. */
  begin(firstPage: number): void {
    assert(firstPage >= 1, "page 0 means: no page");
    this.#control.nextPage = firstPage;
  }

  /** Pages not handed out yet. */
  get freeCount(): number {
    return Math.max(0, this.pageCount - this.#control.nextPage);
  }

  /** The address of `sizeBytes` zero bytes on whole pages; `undefined` when there are not that many. */
  allocate(sizeBytes: number): number | undefined {
    assert(Number.isSafeInteger(sizeBytes) && sizeBytes >= 1, "an allocation has a size");
    const page = this.#control.nextPage;
    const end = page + Math.ceil(sizeBytes / PAGE_SIZE);
    if (end > this.pageCount) return undefined;
    this.#control.nextPage = end;
    return page * PAGE_SIZE;
  }
}
