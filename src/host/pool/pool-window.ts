import { chooseTracker } from "../../memory/choose-tracker.ts";
import type { Memory } from "../../memory/memory.ts";
import { PageSet } from "../../memory/page-set.ts";
import type { DirtyTracker } from "../../memory/tracker.ts";
import { assert } from "../../sim/assert.ts";
import type { Host } from "../host.ts";
import type { MemoryPool } from "./memory-pool.ts";
import type { MachineVersion, Partition } from "./partition.ts";

/** What a store of a host comes to. */
export type AccessState =
  | "granted"
  /** The pool does not answer: the processor stands still until it does. */
  | "unreachable"
  /** The pool refuses it: somebody else may write. */
  | "revoked";

/** What a window is made of. */
export interface PoolWindowOptions {
  readonly pool: MemoryPool;
  readonly partition: Partition;
  readonly host: Host;
  /** In which the host has write access. */
  readonly term: number;
  readonly memory: Memory;
}

/**
 * A partition as the host that may write it has it mapped: the machine's own memory, page for page.
 *
 * In hardware both are the same memory. Here the machine works on pages of its own, and what it has
 * written counts as being in the pool as soon as somebody could tell the difference: at the end of an
 * epoch, and when the host loses power. What a successor gets are the pool's pages alone.
 */
export class PoolWindow {
  readonly #options: PoolWindowOptions;
  readonly #tracker: DirtyTracker;
  readonly #written = new PageSet();

  /** The memory holds what the partition has committed. */
  constructor(options: PoolWindowOptions) {
    this.#options = options;
    // The pool's controller sees every store, so finding written pages costs the host nothing.
    this.#tracker = chooseTracker(options.memory, "slat+shadow");
    this.#tracker.start();
  }

  /** What the machine's next access to its memory comes to. */
  get state(): AccessState {
    const { pool, partition, host, term } = this.#options;
    if (!pool.reaches(host)) return "unreachable";
    // Without power in between it is the same one.
    if (pool.partition(partition.machine) !== partition) return "revoked";
    return partition.mayWrite(host.name, term) ? "granted" : "revoked";
  }

  /** Pages written since the last commit, as far as {@link PoolWindow.collect} has looked. */
  get writtenCount(): number {
    return this.#written.size;
  }

  /** Looks which pages the machine has written since it did last. */
  collect(): void {
    this.#tracker.collect(this.#written);
  }

  /**
   * The end of an epoch: what the machine has written, and its registers, are in the pool. The machine
   * stands still.
   *
   * @param registers Kept by the pool.
   * @returns What the access came to; unless it was granted nothing is changed.
   */
  write(registers: Uint8Array): AccessState {
    const { partition, host, term, memory } = this.#options;
    const { state } = this;
    if (state !== "granted") return state;
    const regionPages = memory.regions.map(({ pageCount }) => pageCount);
    const writes = { pages: this.#copies(), end: { regionPages, registers } };
    const isTaken = partition.write(host.name, term, writes);
    assert(isTaken, "a write that is granted is taken");
    return state;
  }

  /** The epoch is committed: what is written from now on belongs to the next. */
  committed(): void {
    this.#written.clear();
  }

  /** The host loses power: what its machine has written by now is in the pool, ahead of any registers. */
  cutOff(): void {
    if (this.state !== "granted") return;
    const { partition, host, term } = this.#options;
    this.collect();
    // An epoch that was written as a whole, and is about to be committed, stays whole.
    if (partition.freshCount === 0) partition.write(host.name, term, { pages: this.#copies() });
  }

  /** The host maps it no more. */
  close(): void {
    this.#tracker.stop();
  }

  #copies(): Map<number, Uint8Array> {
    const { memory } = this.#options;
    const copies = new Map<number, Uint8Array>();
    for (const page of this.#written) copies.set(page, memory.page(page).slice());
    return copies;
  }
}

/**
 * Lets a machine that was booted on a host work on a committed version: page tables lead to the frames of
 * the pool, and no byte moves. Its registers are for the caller to load.
 */
export function mapVersion(version: MachineVersion, memory: Memory): void {
  const touched = new PageSet();
  memory.collectTouched(touched);
  for (const page of touched) if (!version.pages.has(page)) memory.zeroPage(page);
  for (const [index, region] of memory.regions.entries()) {
    const pageCount = version.regionPages[index];
    assert(pageCount !== undefined, "machines of one image have the same regions");
    if (pageCount > region.pageCount) region.grow(pageCount);
  }
  for (const [page, frame] of version.pages) memory.hostWrite(page, frame);
}

/**
 * What a machine that has just booted is, as a partition holds it.
 *
 * @param writer Name of the host that has booted it.
 */
export function versionOf(memory: Memory, registers: Uint8Array, writer: string): MachineVersion {
  const touched = new PageSet();
  memory.collectTouched(touched);
  const pages = new Map<number, Uint8Array>();
  for (const page of touched) pages.set(page, memory.page(page).slice());
  const regionPages = memory.regions.map(({ pageCount }) => pageCount);
  return { term: 1, epoch: 0, writer, regionPages, registers, pages };
}
