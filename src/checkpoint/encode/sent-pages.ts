import { Extent } from "../../memory/extent.ts";
import { LeafTable } from "../../memory/leaf-table.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";

/** Frames of one slab, the unit in which host memory is taken: 64 KiB. */
const SLAB_SHIFT = 4;
const SLAB_MASK = 15;

/** Pages of one leaf of the table from pages to frames. */
const LEAF_SHIFT = 6;
const LEAF_PAGES = 64;
const LEAF_MASK = 63;

/** No frame, in place of one. */
const NONE = -1;

/** Bounds of {@link SentPages}. */
export interface SentPagesBounds {
  /** Most pages kept; the one sent least recently makes room. */
  readonly pages: number;
  /** A page not sent again within so many epochs is forgotten; `Infinity` for no such limit. */
  readonly ageEpochs: number;
}

/**
 * What the receiver has: the pages sent last, as they were sent. It has to be told of every page that
 * is sent, in that order; what it does not know is sent whole.
 *
 * A page to send is first copied beside those kept ({@link SentPages.stage}), where it lies as they
 * do, compared there, and then put in place of its previous copy without being copied again.
 *
 * Source: Remus (NSDI'08), section 4: a cache of previously sent pages indexed by address, least
 * recently used first to go, 8192 pages.
 */
export class SentPages {
  readonly #bounds: SentPagesBounds;
  readonly #slabs: Extent[] = [];
  /** For each page its frame plus 1, or 0. */
  readonly #frames = new LeafTable({ leafShift: LEAF_SHIFT, leafWords: LEAF_PAGES });
  /** For each frame its page, the epoch in which that was sent, the frames sent next and before. */
  #pages = new Int32Array(SLAB_MASK + 1);
  #epochs = new Int32Array(SLAB_MASK + 1);
  #newer = new Int32Array(SLAB_MASK + 1);
  #older = new Int32Array(SLAB_MASK + 1);
  #newest = NONE;
  #oldest = NONE;
  #size = 0;
  #frameCount = 0;
  /** The frame for the page to send; frames given up form a list through `#newer`. */
  #staged = NONE;
  #free = NONE;
  #epoch = 0;

  constructor(bounds: SentPagesBounds) {
    assert(bounds.pages >= 1 && bounds.ageEpochs >= 1, "room for a page, for an epoch");
    this.#bounds = bounds;
  }

  /** Pages kept. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of host memory held. */
  get residentBytes(): number {
    return this.#frameCount * (PAGE_SIZE + 16) + this.#frames.residentBytes;
  }

  /** What is sent from now on belongs to `epoch`. Forgets the pages that are too old by then. */
  beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    while (this.#oldest !== NONE) {
      if (epoch - this.#epochs[this.#oldest]! <= this.#bounds.ageEpochs) break;
      this.forget(this.#pages[this.#oldest]!);
    }
  }

  /** Takes a copy of a page that is to be sent; returns its frame. */
  stage(bytes: Uint8Array): number {
    assert(bytes.length === PAGE_SIZE, "a page copy is one page long");
    if (this.#staged === NONE) this.#staged = this.#takeFrame();
    const frame = this.#staged;
    this.extentOf(frame).bytes.set(bytes, this.offsetOf(frame));
    return frame;
  }

  /** The frame of a page as it was sent last, −1 if it is not kept. */
  find(page: number): number {
    const leaf = this.#frames.find(page);
    return leaf < 0 ? NONE : this.#frames.words[leaf + (page & LEAF_MASK)]! - 1;
  }

  /** Where a frame lies. */
  extentOf(frame: number): Extent {
    return this.#slabs[frame >>> SLAB_SHIFT]!;
  }

  /** First byte of a frame within its extent. */
  offsetOf(frame: number): number {
    return (frame & SLAB_MASK) << PAGE_SHIFT;
  }

  /** The page staged last has been sent, as `page`: from now on it is what the receiver has. */
  keep(page: number): void {
    assert(this.#staged !== NONE, "only what was staged is kept");
    this.forget(page);
    if (this.#size === this.#bounds.pages) this.forget(this.#pages[this.#oldest]!);
    const frame = this.#staged;
    this.#staged = NONE;
    this.#pages[frame] = page;
    this.#epochs[frame] = this.#epoch;
    this.#older[frame] = this.#newest;
    this.#newer[frame] = NONE;
    if (this.#newest === NONE) this.#oldest = frame;
    else this.#newer[this.#newest] = frame;
    this.#newest = frame;
    const leaf = this.#frames.claim(page);
    this.#frames.words[leaf + (page & LEAF_MASK)] = frame + 1;
    this.#size += 1;
    assert(this.#size <= this.#bounds.pages, "no more pages are kept than the bound says");
  }

  /** Forgets a page; does nothing if it is not kept. */
  forget(page: number): void {
    const frame = this.find(page);
    if (frame === NONE) return;
    assert(this.#pages[frame] === page, "a frame belongs to the page that leads to it");
    const newer = this.#newer[frame]!;
    const older = this.#older[frame]!;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    this.#frames.words[this.#frames.find(page) + (page & LEAF_MASK)] = 0;
    this.#newer[frame] = this.#free;
    this.#free = frame;
    this.#size -= 1;
  }

  /** Forgets all pages, and the epoch: another receiver has none of them. The room stays. */
  clear(): void {
    while (this.#oldest !== NONE) this.forget(this.#pages[this.#oldest]!);
    this.#frames.clear();
    this.#epoch = 0;
    assert(this.#size === 0 && this.#newest === NONE, "nothing is kept");
  }

  #takeFrame(): number {
    const free = this.#free;
    if (free !== NONE) {
      this.#free = this.#newer[free]!;
      return free;
    }
    const frame = this.#frameCount;
    assert(frame <= this.#bounds.pages, "one frame more than pages");
    if ((frame & SLAB_MASK) === 0) this.#addSlab();
    this.#frameCount += 1;
    return frame;
  }

  #addSlab(): void {
    const bytes = PAGE_SIZE << SLAB_SHIFT;
    this.#slabs.push(new Extent(new ArrayBuffer(bytes), 0, bytes));
    if (this.#frameCount < this.#pages.length) return;
    this.#pages = doubled(this.#pages);
    this.#epochs = doubled(this.#epochs);
    this.#newer = doubled(this.#newer);
    this.#older = doubled(this.#older);
  }
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(values.length * 2);
  longer.set(values);
  return longer;
}
