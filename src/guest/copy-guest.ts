import type { Backing } from "../memory/backing.ts";
import type { Memory } from "../memory/memory.ts";
import { isSamePage } from "../memory/page-compare.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Guest, GuestImage, GuestServices } from "./guest.ts";

/** Services of a machine that nobody hears: the clock stands at 0, randomness is 0. */
export const SILENCE: GuestServices = {
  now: () => 0,
  random32: () => 0,
  transmit() {
    // nobody listens
  },
};

/**
 * Copies all state of a guest into another of the same image: memory, whose regions grow as needed,
 * and registers. The source is left as it is, its translation bits included.
 *
 * @throws StandinRangeError `GUEST_MISMATCH` for guests of different regions, or whatever
 *   `loadRegisters` of the target throws.
 */
export function copyGuest(source: Guest, target: Guest): void {
  expectSameRegions(source.memory, target.memory);
  for (const [number, from] of source.memory.regions.entries()) {
    const to = target.memory.regions[number]!;
    if (from.pageCount > to.pageCount) to.grow(from.pageCount);
    for (let index = 0; index < to.pageCount; index += 1) {
      const page = to.basePage + index;
      if (index >= from.pageCount) target.memory.zeroPage(page);
      else if (!isSame(from.backing, to.backing, index)) {
        target.memory.hostWrite(page, source.memory.page(page));
      }
    }
  }
  target.loadRegisters(source.saveRegisters());
}

/**
 * A second machine with the state of the first, to look into without disturbing it. Its packets go
 * nowhere unless `services` are given.
 */
export function cloneGuest(
  image: GuestImage,
  guest: Guest,
  services: GuestServices = SILENCE,
): Guest {
  const clone = image.create(services);
  copyGuest(guest, clone);
  return clone;
}

/** Compared first, since most pages of a fresh machine are as they are to be. */
function isSame(source: Backing, target: Backing, page: number): boolean {
  // Most of a large memory is zero, and looking for that reads one of the two at a time.
  if (source.isZero(page)) return target.isZero(page);
  return isSamePage(source, target, page);
}

function expectSameRegions(source: Memory, target: Memory): void {
  const outline = (memory: Memory): string =>
    memory.regions.map(({ name, basePage }) => `${name} at page ${basePage}`).join(", ");
  if (outline(source) === outline(target)) return;
  throw new StandinRangeError(
    "GUEST_MISMATCH",
    `expected a guest with ${outline(source)}, got one with ${outline(target)}`,
  );
}
