import { chooseTracker } from "../memory/choose-tracker.ts";
import type { Memory } from "../memory/memory.ts";
import { PageSet } from "../memory/page-set.ts";
import type { DirtyTracker } from "../memory/tracker.ts";
import { Condition } from "../sim/condition.ts";
import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { Signal } from "../sim/signal.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { PagesToSend } from "./capture/capture.ts";
import type { CheckpointSettings } from "./options.ts";
import type { PrimarySide } from "./primary-side.ts";

/**
 * The tracker that settings name, for a memory.
 *
 * @throws StandinTypeError `STORES_UNSEEN` for a tracker that cannot follow the memory, `TRACKER_OPTION`
 *   for a setting of another one; StandinRangeError `RING_ENTRIES`, `RING_WATERMARK`.
 */
export function createTracker(memory: Memory, settings: CheckpointSettings): DirtyTracker {
  const { track, broken, scanWorkers, ringEntries, ringWatermark } = settings;
  return chooseTracker(memory, track, {
    invalidate: !broken.noTlbInvalidate,
    ...(scanWorkers > 1 ? { scanWorkers } : {}),
    ...(ringEntries === undefined ? {} : { ringEntries }),
    ...(ringWatermark === undefined ? {} : { ringWatermark }),
    ...(broken.ringOverflowIgnored === true ? { broken: { ignoreOverflow: true } } : {}),
  });
}

/** Whose pages they are: a primary's, or those of a stand-by that runs. */
export type DirtyPagesSide = Pick<PrimarySide, "engine" | "host" | "vm">;

/**
 * The pages of a machine that its secondary does not have as they are: found by a tracker, whose work
 * is paid for here. What costs the guest its own time, faults and full rings, is paid on the virtual
 * processor when it leaves the guest; looking for dirty pages is paid by whoever collects.
 */
export class DirtyPages implements PagesToSend {
  /** To be sent. Whoever copies a page to send it takes it out. */
  readonly pages: PageSet = new PageSet();
  /** Notified whenever the virtual processor has left the guest, or pages were collected. */
  readonly noted: Condition;
  readonly #side: DirtyPagesSide;
  readonly #tracker: DirtyTracker;
  /** Whether the tracker's notes take faults: then the processor has to look at each boundary what it owes. */
  readonly #hasFaults: boolean;
  /** The machine stops when so many pages are noted. */
  readonly #stopAtPages: number;
  /** Set when the pages are followed no more. */
  readonly #ended: Signal;
  /** Broken on purpose: see `CheckpointDefects.staleShadow`. */
  readonly #isShadowStale: boolean;
  #paidFaults = 0;
  #paidStops = 0;
  /** What the virtual processor owes for faults that are not the tracker's. */
  #dueNs: Nanoseconds = 0;

  /** @throws As {@link createTracker}. */
  constructor(side: DirtyPagesSide, settings: CheckpointSettings) {
    const { engine, vm, host } = side;
    this.#side = side;
    this.#tracker = createTracker(vm.guest.memory, settings);
    this.#hasFaults = /^(dirty-ring|write-protection)/.test(settings.track);
    this.#isShadowStale = settings.broken.staleShadow === true;
    this.#stopAtPages = settings.trigger.stopAtPages ?? Number.POSITIVE_INFINITY;
    this.noted = new Condition(engine, `${vm.name} on ${host.name}: pages noted`);
    this.#ended = new Signal(engine, `${vm.name} on ${host.name}: pages followed no more`);
  }

  /** Pages noted and not collected; `undefined` where the tracker does not know before it looks. */
  get notedPages(): number | undefined {
    return this.#tracker.notedPages;
  }

  /** Begins to follow the memory: what was written before is not dirty. */
  start(): void {
    const { vm, host } = this.#side;
    const { runningPenaltyPpm, markedStorePpm } = host.profile;
    this.#tracker.start();
    const isMarked = this.#tracker.name.includes("instrumented");
    vm.setPenalty(runningPenaltyPpm + (isMarked ? markedStorePpm : 0));
    vm.setExit(() => this.#exit());
  }

  /**
   * Adds what was written since the last time; clearing its notes and invalidating translations is one
   * step with it.
   *
   * @param into Gets these pages, too.
   */
  *collect(into?: PageSet): Process {
    const { host } = this.#side;
    const { profile } = host;
    const before = this.#tracker.work;
    if (into === undefined) this.#tracker.collect(this.pages);
    else this.pages.union(this.#tracker.collect(into));
    this.noted.notify();
    const { longestScanPages, comparedPages, collectedPages } = this.#tracker.work;
    yield* host.compute(
      profile.tlbInvalidateNs +
        (longestScanPages - before.longestScanPages) * profile.collectPageNs +
        (comparedPages - before.comparedPages) * profile.comparePageNs +
        (collectedPages - before.collectedPages) * profile.clearPageNs,
    );
  }

  /** A page is copied now, to be sent: it is dirty no more. */
  take(page: number): void {
    this.pages.delete(page);
    if (!this.#isShadowStale) this.#tracker.copied?.(page);
  }

  /** Broken on purpose: clears what was noted since the last time. */
  discard(): void {
    this.#tracker.collect(new PageSet());
  }

  /** Lets the virtual processor pay for something that happened while the guest ran. */
  charge(costNs: Nanoseconds): void {
    this.#dueNs += costNs;
  }

  /** Follows the memory no more; a machine that stands still for too many pages goes on. */
  stop(): void {
    this.#tracker.stop();
    this.#side.vm.setExit();
    this.#ended.set();
  }

  #exit(): Process | undefined {
    this.noted.notify();
    if (!this.#hasFaults) return this.#dueNs > 0 ? this.#serve() : undefined;
    const { writeFaults, ringStops } = this.#tracker.work;
    const owes = this.#dueNs > 0 || writeFaults > this.#paidFaults || ringStops > this.#paidStops;
    const mustStop = this.#tracker.isFull === true || this.#isOverfull();
    return owes || mustStop ? this.#serve() : undefined;
  }

  *#serve(): Process {
    const { host, vm } = this.#side;
    const { writeFaultNs, ringStopNs } = host.profile;
    const { writeFaults, ringStops } = this.#tracker.work;
    const costNs =
      this.#dueNs +
      (writeFaults - this.#paidFaults) * writeFaultNs +
      (ringStops - this.#paidStops) * ringStopNs;
    this.#paidFaults = writeFaults;
    this.#paidStops = ringStops;
    this.#dueNs = 0;
    if (costNs > 0) yield* host.compute(costNs);
    if (this.#tracker.isFull === true && !this.#ended.isSet) yield* this.#harvest();
    if (!this.#isOverfull()) return;
    // Nothing more is written until the checkpoint that all these pages ask for has begun; or until they
    // were collected before it, for then nobody would ask for one because of them.
    const room = this.noted.until(() => !this.#isOverfull());
    yield* race({ stop: vm.pauseAsked(), ended: this.#ended.wait(), room });
  }

  /** The guest does not run: entries of the ring are moved aside, and their pages watched again. */
  *#harvest(): Process {
    const { host } = this.#side;
    const { ringStopNs, clearPageNs, tlbInvalidateNs } = host.profile;
    const before = this.#tracker.work.collectedPages;
    this.#tracker.harvest?.();
    const pages = this.#tracker.work.collectedPages - before;
    yield* host.compute(ringStopNs + tlbInvalidateNs + pages * clearPageNs);
  }

  #isOverfull(): boolean {
    return !this.#ended.isSet && (this.notedPages ?? 0) >= this.#stopAtPages;
  }
}
