// covers src/memory/marked-backing.ts, src/memory/store-marks.ts
import { expect, test } from "vitest";
import { MarkedBacking } from "../../src/memory/marked-backing.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { describeBacking, PAGES } from "./backing-contract.ts";
import { markedProgram } from "./marked-program.ts";

const MAP_BYTES = 65_536;

function linear(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 2, maximum: 5 });
}

describeBacking(
  "behind marks",
  64,
  () => new MarkedBacking(linear(), { mapBytes: MAP_BYTES, maxPages: 64 }),
);
describeBacking("a program with marks", 64, () => markedProgram().backing);

test("marked backing: the pages lie behind the marks, which are none of them", () => {
  const memory = linear();
  const backing = new MarkedBacking(memory, { mapBytes: MAP_BYTES, maxPages: 64 });
  const bytes = new Uint8Array(memory.buffer);
  bytes[3] = 1;
  bytes[MAP_BYTES + 2 * PAGE_SIZE] = 7;
  expect(backing.peek(2)[0]).toBe(7);
  for (let page = 0; page < PAGES; page += 1) {
    expect(backing.peek(page).some((byte) => byte === 1)).toBe(false);
  }
  expect(backing.storeMarks.map.bytes).toHaveLength(MAP_BYTES);
  expect(backing.storeMarks.map.bytes[3]).toBe(1);
  expect([backing.movable, backing.marks, backing.residentBytes]).toEqual([true, undefined, 0]);
});

test("marked backing: the marks are found again when the memory has moved", () => {
  const memory = linear();
  const backing = new MarkedBacking(memory, { mapBytes: MAP_BYTES, maxPages: 64 });
  const { map } = backing.storeMarks;
  expect(backing.storeMarks.map).toBe(map);
  map.bytes[5] = 1;
  memory.grow(1);
  expect(map.bytes).toHaveLength(0);
  expect(backing.pageCount).toBe(2 * PAGES);
  expect(backing.storeMarks.map.bytes[5]).toBe(1);
  backing.grow(4 * PAGES);
  expect(memory.buffer.byteLength).toBe(5 * 65_536);
  expect(backing.storeMarks.map.bytes[5]).toBe(1);
});

test("marked backing: without a mark for each page it is not made", () => {
  expect(() => new MarkedBacking(linear(), { mapBytes: 32, maxPages: 64 })).toThrow(
    "there is a mark for each page",
  );
  const none = new WebAssembly.Memory({ initial: 0 });
  expect(() => new MarkedBacking(none, { mapBytes: MAP_BYTES, maxPages: 64 })).toThrow(
    "the marks are there from the beginning",
  );
});
