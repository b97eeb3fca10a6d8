// covers src/memory/address-space.ts, src/memory/region.ts
import { expect, test } from "vitest";
import { AddressSpace } from "../../src/memory/address-space.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "../../src/memory/page.ts";
import type { Medium, Region, StoreVisibility } from "../../src/memory/region.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

function add(space: AddressSpace, name: string, basePage: number, pages: number, room = pages) {
  const backing = new SparseBacking(pages, room);
  return space.add({ name, basePage, backing, stores: "seen" });
}

/** Pages 0 to 7 with room to 15, pages 16 to 19 beside that room, and pages 524288 to 524291. */
function threeRegions(): { space: AddressSpace; low: Region; side: Region; high: Region } {
  const space = new AddressSpace();
  const low = add(space, "low", 0, 8, 16);
  const side = add(space, "side", 16, 4);
  const high = add(space, "high", 0x8_0000, 4);
  return { space, low, side, high };
}

function code(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

test("address space: each page belongs to the region in which it exists", () => {
  const { space, low, side, high } = threeRegions();
  expect(space.regions).toEqual([low, side, high]);
  for (const [page, region] of [
    [0, low],
    [7, low],
    [8, undefined],
    [15, undefined],
    [16, side],
    [19, side],
    [20, undefined],
    [0x8_0000, high],
    [0x8_0004, undefined],
  ] as const) {
    expect(space.find(page)).toBe(region);
    if (region === undefined) expect(code(() => space.regionOf(page))).toBe("PAGE_OUT_OF_RANGE");
    else expect(space.regionOf(page)).toBe(region);
    expect(region?.contains(page) ?? false).toBe(region !== undefined);
  }
});

test("address space: addresses are found up to the last byte, above 4 GiB too", () => {
  const { space, low, high } = threeRegions();
  expect(space.regionAt(8 * PAGE_SIZE - 1)).toBe(low);
  expect(space.regionAt(0x8000_0000)).toBe(high);
  const top = add(space, "top", ADDRESS_PAGES_MAX - 1, 1);
  expect(space.regionAt(ADDRESS_PAGES_MAX * PAGE_SIZE - 1)).toBe(top);
  for (const bad of [-1, 0.5, Number.NaN, 8 * PAGE_SIZE, ADDRESS_PAGES_MAX * PAGE_SIZE]) {
    expect(code(() => space.regionAt(bad))).toBe("ADDRESS_OUT_OF_RANGE");
  }
});

test("address space: the refusal names the regions, the room and what was given", () => {
  const { space } = threeRegions();
  expect(() => space.expectRange(8 * PAGE_SIZE - 2, 4)).toThrow(
    'expected addresses within "low": pages 0 to 7 (room for 16) or "side": pages 16 to 19 or ' +
      '"high": pages 524288 to 524291, got 4 bytes at 0x7ffe (page 8)',
  );
  expect(() => space.regionOf(20)).toThrow(/got page 20$/);
  expect(() => new AddressSpace().expectRange(0, 1)).toThrow(/a region, of which there is none/);
});

test("address space: a range may go across regions side by side, once there is no gap", () => {
  const { space, low } = threeRegions();
  expect(code(() => space.expectRange(7 * PAGE_SIZE, 10 * PAGE_SIZE))).toBe("ADDRESS_OUT_OF_RANGE");
  low.grow(16);
  space.expectRange(0, 20 * PAGE_SIZE);
  expect(code(() => space.expectRange(0, 20 * PAGE_SIZE + 1))).toBe("ADDRESS_OUT_OF_RANGE");
  space.expectRange(1, 0);
  for (const length of [-1, 0.5, Number.NaN]) {
    expect(code(() => space.expectRange(0, length))).toBe("LENGTH_OUT_OF_RANGE");
  }
});

test("address space: a region that grows is found in its new pages", () => {
  const { space, low } = threeRegions();
  expect(space.find(12)).toBeUndefined();
  low.grow(13);
  expect(space.find(12)).toBe(low);
  expect([low.pageCount, low.maxPages]).toEqual([13, 16]);
  expect(code(() => low.grow(17))).toBe("GROWTH_OUT_OF_RANGE");
});

test.each([
  ["the whole of another", 0, 8, 8],
  ["room that another may grow into", 15, 1, 1],
  ["another's page with its own room", 10, 1, 8],
  ["another from below", 0x8_0000 - 1, 1, 2],
])("address space: a region over %s is refused", (_, basePage, pages, room) => {
  const { space } = threeRegions();
  expect(code(() => add(space, "new", basePage, pages, room))).toBe("REGION_OVERLAP");
  expect(space.regions.length).toBe(3);
});

test("address space: the refusal of an overlap gives both ranges", () => {
  const { space } = threeRegions();
  expect(() => add(space, "new", 10, 1, 8)).toThrow(
    'expected region "new" apart from "low": pages 0 to 7 (room for 16), got pages 10 to 17',
  );
});

test("address space: bad options of a region are refused", () => {
  const { space } = threeRegions();
  for (const base of [-1, 0.5, Number.NaN, ADDRESS_PAGES_MAX]) {
    expect(code(() => add(space, "new", base, 1))).toBe("PAGE_OUT_OF_RANGE");
  }
  expect(code(() => add(space, "new", ADDRESS_PAGES_MAX - 1, 1, 2))).toBe("REGION_OUT_OF_RANGE");
  expect(code(() => add(space, "low", 100, 1))).toBe("REGION_NAME");
  expect(code(() => add(space, "", 100, 1))).toBe("REGION_NAME");
  const stores = "hidden" as StoreVisibility;
  const backing = new SparseBacking(1);
  expect(code(() => space.add({ name: "new", basePage: 100, backing, stores }))).toBe(
    "REGION_STORES",
  );
  const medium = "tape" as Medium;
  const tape = { name: "new", basePage: 100, backing, stores: "seen", medium } as const;
  expect(code(() => space.add(tape))).toBe("REGION_MEDIUM");
});

test("address space: a region stands for memory unless it is said to stand for a disk", () => {
  const space = new AddressSpace();
  expect(add(space, "ram", 0, 1).medium).toBe("memory");
  const backing = new SparseBacking(1);
  const disk = { name: "disk", basePage: 9, backing, stores: "seen", medium: "disk" } as const;
  expect(space.add(disk).medium).toBe("disk");
});
