import type { PageSpan } from "../../guest/guest.ts";
import type { Host } from "../../host/host.ts";
import type { VirtualMachine } from "../../host/virtual-machine.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { PageSet } from "../../memory/page-set.ts";
import type { WriteGuard } from "../../memory/write-guard.ts";
import { assert } from "../../sim/assert.ts";
import { Condition } from "../../sim/condition.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import { type CopiedPage, GROUP_PAGES_MAX } from "./message.ts";

/** What a snapshot is taken of. */
export interface SnapshotOptions {
  readonly engine: Engine;
  readonly host: Host;
  /** It stands still while the snapshot is taken, and runs afterwards. */
  readonly vm: VirtualMachine;
  /** Pages that are no part of it; `undefined` is a defect for tests to notice. */
  readonly reserved: PageSpan | undefined;
  /** True is a defect for tests to notice: pages are those of the machine as it is when they are asked for. */
  readonly live: boolean;
}

/**
 * One copy of a machine's state at one moment, from which any number of targets are sent the same: while the
 * machine stands still its pages are write-protected, then they are copied in their order, and a page that
 * is about to be written before. Pages whose stores nobody sees are copied during the stop.
 *
 * The parts are those of copy-on-write checkpoints (US8549241), as one guard among others: whatever else
 * follows the machine's writes is not disturbed.
 */
export class Snapshot {
  readonly registers: Uint8Array;
  /** Pages of each region. */
  readonly regionPages: readonly number[];
  readonly #options: SnapshotOptions;
  readonly #guard: WriteGuard;
  /** All its pages, ascending, and copies of those that are copied. */
  readonly #order: readonly number[];
  readonly #copies: Map<number, Uint8Array> = new Map();
  /** Of the order, so many are surely copied. */
  #readyCount = 0;
  readonly #grown: Condition;

  /** Takes it: the machine must stand still, and pays nothing yet; see {@link Snapshot.settle}. */
  constructor(options: SnapshotOptions) {
    const { engine, host, vm, reserved, live } = options;
    const { memory } = vm.guest;
    this.#options = options;
    this.#grown = new Condition(engine, `${vm.name} on ${host.name}: snapshot`);
    this.registers = vm.guest.saveRegisters();
    this.regionPages = memory.regions.map(({ pageCount }) => pageCount);
    const pages = new PageSet();
    memory.collectTouched(pages);
    const { firstPage, pageCount } = vm.guest.duplication?.reserved ?? {
      firstPage: 0,
      pageCount: 0,
    };
    for (let page = firstPage; page < firstPage + pageCount; page += 1) {
      if (reserved === undefined) pages.add(page);
      else pages.delete(page);
    }
    this.#order = pages.toArray();
    this.#guard = memory.guardWrites((page) => {
      this.#copyBeforeWrite(page);
    });
    if (live) return;
    const guarded = new PageSet();
    for (const page of this.#order) {
      if (memory.regionAt(page)?.stores === "unseen") this.#copy(page);
      else guarded.add(page);
    }
    this.#guard.forbidPages(guarded);
  }

  /** How many pages it has. */
  get size(): number {
    return this.#order.length;
  }

  /** In how many groups it is sent. */
  get groups(): number {
    return Math.ceil(this.#order.length / GROUP_PAGES_MAX);
  }

  /** Pays, while the machine stands still, for what taking it took. */
  *settle(): Process {
    const { host } = this.#options;
    const { clearPageNs, tlbInvalidateNs, copyPageNs } = host.profile;
    const copied = this.#copies.size;
    const guarded = this.size - copied;
    yield* host.compute(tlbInvalidateNs + guarded * clearPageNs + copied * copyPageNs);
  }

  /** Copies all that is not copied yet, while the machine runs. */
  *copy(): Process {
    const { host, live } = this.#options;
    for (let from = 0; from < this.size; from += GROUP_PAGES_MAX) {
      const group = this.#order.slice(from, from + GROUP_PAGES_MAX);
      const missing = live ? [] : group.filter((page) => !this.#copies.has(page));
      yield* host.compute(missing.length * host.profile.copyPageNs);
      for (const page of missing) {
        if (this.#copies.has(page)) continue;
        this.#copy(page);
        this.#guard.permit(page, 1);
      }
      this.#readyCount = from + group.length;
      this.#grown.notify();
    }
    assert(this.#readyCount === this.size, "all of a snapshot is copied");
  }

  /** The pages of a group, from 1, when they are copied. The bytes belong to the snapshot. */
  *group(number: number): Process<readonly CopiedPage[]> {
    const to = Math.min(number * GROUP_PAGES_MAX, this.size);
    yield* this.#grown.until(() => this.#readyCount >= to);
    const { memory } = this.#options.vm.guest;
    return this.#order.slice((number - 1) * GROUP_PAGES_MAX, to).map((page) => {
      const bytes = this.#copies.get(page) ?? memory.page(page).slice();
      assert(this.#options.live || this.#copies.has(page), "what is sent was copied");
      return { page, bytes };
    });
  }

  /** Gives back what was taken from the machine. */
  release(): void {
    this.#guard.release();
  }

  #copyBeforeWrite(page: number): void {
    const { vm, host } = this.#options;
    this.#copy(page);
    this.#guard.permit(page, 1);
    vm.charge(host.profile.writeFaultNs + host.profile.copyPageNs);
  }

  #copy(page: number): void {
    const bytes = new Uint8Array(PAGE_SIZE);
    bytes.set(this.#options.vm.guest.memory.page(page));
    this.#copies.set(page, bytes);
  }
}
