import { PageSet } from "../../memory/page-set.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import type { Process } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import { Signal } from "../../sim/signal.ts";
import { formatTime, ms, type Nanoseconds } from "../../sim/time.ts";
import type { Capture, CaptureSide, MachineCapture } from "./capture.ts";
import { HISTORY_EPOCHS, PageHistory } from "./page-history.ts";

/** Settings of {@link forwarding}. */
export interface ForwardingOptions {
  /** From one look at the dirty pages to the next. Default 5 ms. */
  readonly periodNs?: Nanoseconds;
  /**
   * A page that was forwarded with success in so many of the last 32 epochs is forwarded although it is in
   * the working set, 1 to 32. Default 4.
   */
  readonly successes?: number;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: ForwardingDefects;
}

/** Defects of forwarding that can be switched on one by one. */
export interface ForwardingDefects {
  /** A page that was forwarded is not sent again at the checkpoint, although it was written since. */
  readonly notResent?: boolean;
}

/**
 * Without pausing: pages are forwarded while the machine runs, long before the checkpoint, if they are
 * not likely to be written again before it. The machine stands still only for the others, and for
 * those that were written again all the same. Forwarded are:
 *
 * 1. pages outside the working set: dirty, and not written since the last look;
 * 2. pages involved in storage I/O: those of disks, and those that devices have written;
 * 3. pages that were forwarded with success before.
 *
 * Source: US9588844.
 *
 * @throws StandinRangeError `CAPTURE_OPTION`.
 */
export function forwarding(options: ForwardingOptions = {}): Capture {
  const { periodNs = ms(5), successes = 4, broken = {} } = options;
  expectWhole("CAPTURE_OPTION", "periodNs", periodNs, 1);
  expectWhole("CAPTURE_OPTION", "successes", successes, 1, HISTORY_EPOCHS);
  return {
    name: `forwarding every ${formatTime(periodNs)}`,
    begin: (side) => new Forwarding(side, { periodNs, successes, broken }),
  };
}

/** Forwards the pages of one machine. */
class Forwarding implements MachineCapture {
  readonly #side: CaptureSide;
  readonly #options: Required<ForwardingOptions>;
  readonly #due: Signal;
  /** Sent since the last checkpoint and, as far as is known, not written again. */
  readonly #forwarded = new PageSet();
  /** Written since the last look. */
  readonly #written = new PageSet();
  /** Written by devices since the last checkpoint. */
  readonly #byDevices = new PageSet();
  /** In which epochs a page was forwarded with success. */
  readonly #history = new PageHistory();

  constructor(side: CaptureSide, options: Required<ForwardingOptions>) {
    this.#side = side;
    this.#options = options;
    this.#due = new Signal(side.engine, `${side.vm.name} on ${side.host.name}: checkpoint due`);
    side.vm.guest.memory.onDeviceWrite = (page) => this.#byDevices.add(page);
  }

  *between(): Process {
    const { host, dirty, steps } = this.#side;
    for (let round = 1; ; round += 1) {
      const periodNs = host.clock.toGlobal(this.#options.periodNs);
      yield* race({ due: this.#due.wait() }, periodNs);
      if (this.#due.isSet) return;
      this.#written.clear();
      yield* dirty.collect(this.#written);
      this.#failed(this.#written);
      const chosen = dirty.pages.toArray().filter((page) => this.#isChosen(page));
      if (chosen.length === 0) continue;
      yield* steps.announce("forwarding.round", { round, pages: chosen.length });
      const count = yield* this.#side.sendRunning(chosen, () => !this.#due.isSet);
      for (let at = 0; at < count; at += 1) this.#forwarded.add(chosen[at]!);
    }
  }

  checkpointDue(): void {
    this.#due.set();
  }

  *postpone(): Process {
    const { dirty, steps } = this.#side;
    this.#due.clear();
    if (this.#options.broken.notResent === true) {
      for (const page of this.#forwarded) dirty.pages.delete(page);
    }
    // What is dirty now was written after it had been forwarded.
    this.#failed(dirty.pages);
    for (const page of this.#forwarded) this.#history.note(page, steps.epoch);
    this.#forwarded.clear();
    this.#byDevices.clear();
  }

  end(): void {
    this.#side.vm.guest.memory.onDeviceWrite = undefined;
  }

  #isChosen(page: number): boolean {
    const { vm, steps } = this.#side;
    if (!this.#written.has(page)) return true;
    if (this.#byDevices.has(page) || vm.guest.memory.regionAt(page)?.medium === "disk") return true;
    const { successes } = this.#options;
    return this.#history.count(page, steps.epoch, HISTORY_EPOCHS) >= successes;
  }

  /** Forwarded in vain: they were written again. */
  #failed(written: PageSet): void {
    for (const page of this.#forwarded) {
      if (!written.has(page)) continue;
      this.#forwarded.delete(page);
      this.#history.forget(page);
    }
  }
}
