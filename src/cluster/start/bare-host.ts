import type { Guest } from "../../guest/guest.ts";
import type { HardwareProfile } from "../../host/hardware-profile.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { PhysicalMemory } from "../../memory/physical-memory.ts";
import { assert } from "../../sim/assert.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { StartDefects } from "./start-defects.ts";
import { monitorPagesFor, ThinMonitor } from "./thin-monitor.ts";

/**
 * The host below a machine that was booted on it bare: memory of which firmware has kept a range, and
 * perhaps, one day, a monitor in it.
 */
export class BareHost {
  readonly physical: PhysicalMemory;
  readonly #guest: Guest;
  #monitor: ThinMonitor | undefined;
  #isGuest = false;
  /** True from the request to start protection until the machine is mirrored, or that was cancelled. */
  isStarting = false;

  /**
   * Takes a machine that was just booted: from now on it runs bare.
   *
   * @throws StandinRangeError `MEMORY_MAP` unless its memory map shows one reserved range.
   */
  constructor(guest: Guest) {
    const range = reservedIn(guest);
    const { address, sizeBytes } = range;
    this.#guest = guest;
    this.physical = new PhysicalMemory(guest.memory, address / PAGE_SIZE, sizeBytes / PAGE_SIZE);
    guest.memory.runBare();
  }

  /** True while the machine is the monitor's guest. */
  get isMonitored(): boolean {
    return this.#isGuest;
  }

  /** Pages that a monitor and its tables need. */
  get neededPages(): number {
    return monitorPagesFor(this.physical.memory);
  }

  /**
   * What the driver finds once it is loaded: the reserved range, as the memory map tells it.
   *
   * @returns Its pages.
   */
  findRange(): number {
    return reservedIn(this.#guest).sizeBytes / PAGE_SIZE;
  }

  /** Puts a monitor and its tables into the reserved range. */
  place(broken: StartDefects): ThinMonitor {
    assert(this.#monitor === undefined, "one monitor at a time is in the range");
    this.#monitor = new ThinMonitor(this.physical, broken);
    return this.#monitor;
  }

  /** Brings the machine, which stands still, under the monitor. */
  enter(): void {
    assert(this.#monitor !== undefined && !this.#isGuest, "a monitor is entered that is in place");
    this.#monitor.enter();
    this.#isGuest = true;
  }

  /** Takes the monitor away; the machine stands still, or is not its guest yet. */
  leave(): void {
    this.#monitor?.leave();
    this.#monitor = undefined;
    this.#isGuest = false;
  }

  /** What writing the tables takes. */
  placeNs({ copyPageNs, tablePageNs }: HardwareProfile): Nanoseconds {
    const pages = this.#monitor?.pages ?? 0;
    const tables = this.#monitor?.tables.tablePages ?? 0;
    return (pages - tables) * copyPageNs + tables * tablePageNs;
  }
}

/** The range that firmware has kept. */
function reservedIn(guest: Guest): { readonly address: number; readonly sizeBytes: number } {
  const kept = (guest.readMemoryMap?.() ?? []).filter(({ kind }) => kind === "reserved");
  const last = kept.at(-1);
  if (last !== undefined) return last;
  throw new StandinRangeError(
    "MEMORY_MAP",
    "expected a memory map that shows a reserved range, got one without",
  );
}
