import type { Memory } from "../../memory/memory.ts";
import { NestedTables, tablePagesFor } from "../../memory/nested-tables.ts";
import type { PageRange } from "../../memory/page-range.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { assert } from "../../sim/assert.ts";
import type { StartDefects } from "./start-defects.ts";

/** "FTVM", little endian: the first word of the monitor's first page. */
const MAGIC = 0x4d56_5446;

/**
 * Pages of the monitor itself: what it knows in the first, then its code and its stack. None of its code is
 * run here; its room is taken all the same.
 */
export const MONITOR_PAGES = 16;

/** What the tables have to map: all room of all regions, disks included, whose pages are tracked alike. */
function mappedRanges(memory: Memory): readonly PageRange[] {
  return memory.regions.map(({ basePage, maxPages }) => ({
    firstPage: basePage,
    pageCount: maxPages,
  }));
}

/** Pages of the reserved range that a monitor of so much memory needs, its tables included. */
export function monitorPagesFor(memory: Memory): number {
  return MONITOR_PAGES + tablePagesFor(mappedRanges(memory));
}

/**
 * A thin virtual-machine monitor in the reserved range of a host, with the translation tables of the one
 * guest that it will have: the system that runs above.
 *
 * ```
 * reserved range   page 0      what it knows: magic, where its tables are, how many
 *                  1 to 15     code and stack
 *                  16 on       translation tables, the root first
 * ```
 *
 * Source: US10216598, "the FT virtual machine monitor with its SLAT is put in reserved memory".
 */
export class ThinMonitor {
  readonly tables: NestedTables;
  readonly #physical: PhysicalMemory;
  readonly #broken: StartDefects;

  /** Writes monitor and tables into the range, which is large enough; the machine above does not notice. */
  constructor(physical: PhysicalMemory, broken: StartDefects) {
    const { memory, reservedPage, reservedPages } = physical;
    const needed = monitorPagesFor(memory);
    assert(needed <= reservedPages, "who starts protection has looked whether the range is enough");
    this.#physical = physical;
    this.#broken = broken;
    // Broken on purpose: they end where they were to begin.
    let next = reservedPage + MONITOR_PAGES - (broken.tablesOutside === true ? needed : 0);
    this.tables = new NestedTables(mappedRanges(memory), {
      next: () => {
        const page = physical.page(next);
        next += 1;
        return page;
      },
      at: (page) => physical.page(page),
    });
    const { words, at } = physical.page(reservedPage);
    words.set([MAGIC, this.tables.rootPage, this.tables.tablePages, needed], at);
  }

  /** Pages of the range that are in use. */
  get pages(): number {
    return MONITOR_PAGES + this.tables.tablePages;
  }

  /** The system above, which stands still, goes on as its guest: every access through the tables. */
  enter(): void {
    this.#physical.memory.runUnder(this.tables, this.#broken.translationsKept === true);
  }

  /** The system above, which stands still, goes on without it; nothing of it is left in the range. */
  leave(): void {
    this.#physical.memory.runBare();
    this.#physical.clearReserved();
  }
}
