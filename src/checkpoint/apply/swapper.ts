import type { Host } from "../../host/host.ts";
import { assert } from "../../sim/assert.ts";
import type { Process } from "../../sim/process.ts";
import type { Announce } from "../announcer.ts";
import type { EncodedPage } from "../encode/encoded-page.ts";
import { RUNS, WORDS } from "../encode/page-form.ts";
import { isLater } from "../epoch-order.ts";
import type { GroupMessage } from "../message.ts";
import type { Staging } from "../staging.ts";
import type { StandByImage } from "../stand-by-image.ts";
import type { SwapDefects } from "./apply.ts";
import { ReservedPages } from "./reserved-pages.ts";

/** What a swapper works with. */
export interface SwapperOptions {
  readonly host: Host;
  readonly image: StandByImage;
  readonly announce: Announce;
  readonly broken: SwapDefects;
}

/** A group that is in memory, and what there was before it. */
interface SwappedGroup {
  readonly group: GroupMessage;
  /** Reserved pages in use before it. */
  readonly slots: number;
  /** Pages left for the commit point before it. */
  readonly left: number;
}

/**
 * Applies a checkpoint while it comes: group k is swapped in while group k + 1 is on the wire. Each page
 * is decoded into reserved memory and the words in which it differs from the live page are exchanged, so
 * that the reserved copy then holds what the page held. A checkpoint that does not come whole is rolled
 * back by exchanging again, the last page first.
 *
 * A page is exchanged and noted in one step between two waits: whenever the process is killed, what is
 * noted is what can be undone.
 *
 * Source: US11288123; that the reserved copies are the undo is our inference.
 */
export class Swapper {
  readonly #host: Host;
  readonly #image: StandByImage;
  readonly #announce: Announce;
  readonly #broken: SwapDefects;
  readonly #reserved = new ReservedPages();
  /** For each reserved page in use the number of the page that it was exchanged with. */
  readonly #pages: number[] = [];
  readonly #groups: SwappedGroup[] = [];
  /** Pages that cannot be in memory before the commit point. */
  readonly #left: EncodedPage[] = [];
  #attempt = 0;

  constructor({ host, image, announce, broken }: SwapperOptions) {
    this.#host = host;
    this.#image = image;
    this.#announce = announce;
    this.#broken = broken;
  }

  /** Groups that are in memory before their checkpoint is committed. */
  get groupCount(): number {
    return this.#groups.length;
  }

  /** Bytes of reserved memory held. */
  get residentBytes(): number {
    return this.#reserved.residentBytes;
  }

  /** Does with memory what has happened to the staged groups: swaps in those that come next, or back. */
  *follow(staging: Staging): Process {
    if (staging.attempt !== this.#attempt) {
      let same = 0;
      while (same < this.#groups.length && this.#groups[same]!.group === this.#at(staging, same)) {
        same += 1;
      }
      yield* this.#rollBack(same);
      this.#attempt = staging.attempt;
    }
    for (;;) {
      const next = this.#at(staging, this.#groups.length);
      if (next === undefined || !isLater(next, this.#image)) return;
      yield* this.#swapIn(next);
    }
  }

  /** Swaps back whatever is not committed. */
  undo(): Process {
    return this.#rollBack(0);
  }

  /**
   * The commit point: what is swapped in stays.
   *
   * @param groups All groups of the checkpoint.
   * @returns The pages that are still to be applied, in order; the caller keeps them.
   */
  keep(groups: readonly GroupMessage[]): EncodedPage[] {
    const swapped = new Set(this.#groups.map(({ group }) => group));
    const rest = groups.filter((group) => !swapped.has(group)).flatMap(({ pages }) => pages);
    const left = [...this.#left, ...rest];
    this.#groups.length = 0;
    this.#pages.length = 0;
    this.#left.length = 0;
    return left;
  }

  #at(staging: Staging, index: number): GroupMessage | undefined {
    // the defect: in the order in which they came
    return this.#broken.anyOrder === true ? staging.arrived(index) : staging.group(index);
  }

  *#swapIn(group: GroupMessage): Process {
    const { swapPageNs, patchPageNs, diskWritePageNs } = this.#host.profile;
    if (this.#groups.length === 0) this.#image.applier.beginEpoch(group.epoch);
    this.#groups.push({ group, slots: this.#pages.length, left: this.#left.length });
    let costNs = 0;
    let pages = 0;
    for (const encoded of group.pages) {
      if (this.#image.mustWait(encoded.page)) {
        this.#left.push(encoded);
        continue;
      }
      this.#exchange(encoded);
      pages += 1;
      costNs += swapPageNs;
      if (this.#image.isWritten(encoded.page)) costNs += diskWritePageNs;
      if (encoded.form === WORDS || encoded.form === RUNS) costNs += patchPageNs;
    }
    yield* this.#host.compute(costNs);
    yield* this.#announce("group.swapped", group, { group: group.group, pages });
  }

  #exchange(encoded: EncodedPage): void {
    const { guest, applier } = this.#image;
    const slot = this.#pages.length;
    const bytes = this.#reserved.bytesOf(slot);
    applier.decode(encoded, guest.memory.page(encoded.page), bytes);
    // An equal page needs no undo, and its reserved copy is used for the next one.
    if (this.#swap(encoded.page, slot) > 0) this.#pages.push(encoded.page);
  }

  #swap(page: number, slot: number): number {
    const reserved = this.#reserved;
    const { memory } = this.#image.guest;
    return memory.hostExchange(page, reserved.extentOf(slot), reserved.offsetOf(slot));
  }

  /** Swaps groups back, the last one first, until so many are left. */
  *#rollBack(count: number): Process {
    assert(count <= this.#groups.length, "only what is swapped in is swapped back");
    const first = this.#groups[count];
    if (first === undefined) return;
    const pagesBefore = this.#pages.length;
    while (this.#groups.length > count) {
      const { slots, left } = this.#groups.pop()!;
      const undone = this.#pages.slice(slots);
      const written = undone.filter((page) => this.#image.isWritten(page)).length;
      while (this.#pages.length > slots) this.#swapBack();
      this.#left.length = left;
      const { swapPageNs, diskWritePageNs } = this.#host.profile;
      yield* this.#host.compute(undone.length * swapPageNs + written * diskWritePageNs);
    }
    const pages = pagesBefore - this.#pages.length;
    yield* this.#announce("swap.undone", first.group, { pages });
  }

  #swapBack(): void {
    const page = this.#pages.pop()!;
    const slot = this.#pages.length;
    if (this.#broken.noUndo === true) return;
    this.#swap(page, slot);
    if (this.#broken.undoTwice === true) this.#swap(page, slot);
  }
}
