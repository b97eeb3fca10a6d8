import type { Guest, GuestImage } from "#src/guest/guest";
import { Memory } from "#src/memory/memory";
import { SparseBacking } from "#src/memory/sparse-backing";
import { ByteReader } from "#src/sim/byte-reader";
import { ByteWriter } from "#src/sim/byte-writer";

const PAGE_SIZE = 4_096;
const NS_PER_SECOND = 1_000_000_000;
const WORD = 0x1_0000_0000;

/** Pages that are written in turn, so many a second all the time. */
export interface WrittenPages {
  readonly pages: number;
  readonly perSecond: number;
}

/**
 * How many bytes a machine writes in a time, each page counted once, as the published table of a migration
 * tells: the dirty rate of a round times its length. Between the points of the table straight lines.
 *
 * A set of pages that is written in turn is written wholly after pages / perSecond and counts no more from
 * then on, so each point of a concave curve is where one set has come to its end.
 *
 * @param points Seconds and bytes, ascending; a point that would make the curve convex is left out.
 * @param totalPages Of the machine; the last set is all that is left.
 */
export function writtenPages(
  points: readonly (readonly [seconds: number, bytes: number])[],
  totalPages: number,
): readonly WrittenPages[] {
  const hull: (readonly [number, number])[] = [[0, 0]];
  for (const point of points) {
    while (hull.length > 1) {
      const [a, b] = [hull.at(-2)!, hull.at(-1)!];
      if ((b[1] - a[1]) * (point[0] - b[0]) > (point[1] - b[1]) * (b[0] - a[0])) break;
      hull.pop();
    }
    hull.push(point);
  }
  const slopes = hull.slice(1).map(([at, bytes], index) => {
    const [from, fewer] = hull[index]!;
    return (bytes - fewer) / (at - from);
  });
  const sets: WrittenPages[] = [];
  let left = totalPages;
  for (const [index, slope] of slopes.entries()) {
    const perSecond = (slope - (slopes[index + 1] ?? 0)) / PAGE_SIZE;
    const isLast = index === slopes.length - 1;
    const pages = isLast ? left : Math.round(perSecond * hull[index + 1]![0]);
    left -= pages;
    sets.push({ pages, perSecond });
  }
  return sets;
}

/** A machine that does nothing but write pages; all of its memory has been written when it is booted. */
export function webServer(sets: readonly WrittenPages[]): GuestImage {
  const totalPages = sets.reduce((sum, { pages }) => sum + pages, 0);
  // Sets lie scattered over the memory, as a program's pages do: the same way in each boot.
  const places = Uint32Array.from({ length: totalPages }, (_, index) => index);
  let state = 1;
  for (let index = totalPages - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    const other = (state >>> 4) % (index + 1);
    [places[index], places[other]] = [places[other]!, places[index]!];
  }
  return {
    name: "web-server",
    create: () => new WebServer(sets, places),
    executions: () => new Map(),
    workload: () => ({ request: () => new Uint8Array(0) }),
  };
}

class WebServer implements Guest {
  readonly memory = new Memory();
  readonly #sets: readonly WrittenPages[];
  readonly #places: Uint32Array;
  #elapsedNs = 0;

  constructor(sets: readonly WrittenPages[], places: Uint32Array) {
    this.#sets = sets;
    this.#places = places;
    const backing = new SparseBacking(places.length);
    this.memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
    for (let page = 0; page < places.length; page += 1) {
      this.memory.store32(page * PAGE_SIZE, page + 1);
    }
  }

  deliver(): void {
    // nobody asks it anything
  }

  run(budgetNs: number) {
    const from = this.#elapsedNs;
    this.#elapsedNs += budgetNs;
    let first = 0;
    for (const { pages, perSecond } of this.#sets) {
      const before = Math.floor((from * perSecond) / NS_PER_SECOND);
      const after = Math.floor((this.#elapsedNs * perSecond) / NS_PER_SECOND);
      for (let count = before; count < after; count += 1) {
        this.memory.store32(this.#places[first + (count % pages)]! * PAGE_SIZE + 8, count + 1);
      }
      first += pages;
    }
    return { usedNs: budgetNs, boundary: "budget" as const };
  }

  saveRegisters(): Uint8Array {
    const { floor } = Math;
    return new ByteWriter()
      .u32(this.#elapsedNs % WORD)
      .u32(floor(this.#elapsedNs / WORD))
      .finish();
  }

  loadRegisters(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    this.#elapsedNs = reader.u32() + reader.u32() * WORD;
  }
}
