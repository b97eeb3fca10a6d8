import { expect, test } from "vitest";
import { LinearBacking } from "../../src/memory/linear-backing.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { describeBacking, PAGES } from "./backing-contract.ts";

const wasm = (maximum = 4): WebAssembly.Memory => new WebAssembly.Memory({ initial: 1, maximum });

describeBacking("a WebAssembly memory", 64, () => LinearBacking.over(wasm(), { maxPages: 64 }));
describeBacking("a plain buffer", PAGES, () =>
  LinearBacking.over(new ArrayBuffer(PAGES * PAGE_SIZE)),
);

test("linear backing: the pages are the owner's bytes, in both directions", () => {
  const memory = wasm();
  const backing = LinearBacking.over(memory);
  new Uint8Array(memory.buffer)[3 * PAGE_SIZE + 5] = 7;
  expect(backing.peek(3)[5]).toBe(7);
  backing.touch(4)[6] = 8;
  expect(new Uint8Array(memory.buffer)[4 * PAGE_SIZE + 6]).toBe(8);
  expect(backing.residentBytes).toBe(0);
});

test("linear backing: survives the owner's growth, which detaches the old buffer", () => {
  const memory = wasm();
  const backing = LinearBacking.over(memory);
  backing.touch(2)[0] = 5;
  const stale = backing.extentOf(2);
  expect(memory.grow(2)).toBe(1);
  expect(stale.bytes.length).toBe(0);
  expect(backing.extentOf(2).bytes[2 * PAGE_SIZE]).toBe(5);
  expect(backing.pageCount).toBe(3 * PAGES);
  expect(backing.peek(2)[0]).toBe(5);
  backing.touch(40)[1] = 6;
  expect(new Uint8Array(memory.buffer)[40 * PAGE_SIZE + 1]).toBe(6);
  expect(backing.extentOf(40)).toBe(backing.extentOf(2));
});

test("linear backing: growth from outside grows the owner's memory", () => {
  const memory = wasm();
  const backing = LinearBacking.over(memory);
  backing.grow(4 * PAGES);
  expect(memory.buffer.byteLength).toBe(4 * PAGES * PAGE_SIZE);
  expect(() => backing.grow(5 * PAGES)).toThrow(/maximum of the WebAssembly memory, got 80 pages/);
  expect(backing.pageCount).toBe(4 * PAGES);
});

test("linear backing: growth by parts of a WebAssembly page is refused", () => {
  const backing = LinearBacking.over(wasm());
  expect(() => backing.grow(PAGES + 8)).toThrow(/from 16 pages by a multiple of 16, got 24 pages/);
});

test("linear backing: an owner that grows past the room reserved is refused", () => {
  const memory = wasm();
  const backing = LinearBacking.over(memory, { maxPages: 2 * PAGES });
  memory.grow(2);
  expect(() => backing.peek(0)).toThrow(/at most 32 pages, got 196608 bytes/);
});

test("linear backing: by default a WebAssembly memory may grow to 4 GiB, a buffer not at all", () => {
  expect(LinearBacking.over(wasm()).maxPages).toBe(1_048_576);
  expect(LinearBacking.over(new ArrayBuffer(2 * PAGE_SIZE)).maxPages).toBe(2);
});

test("linear backing: a buffer that is not whole pages long is refused", () => {
  expect(() => LinearBacking.over(new ArrayBuffer(PAGE_SIZE + 8))).toThrow(
    /expected a multiple of 4096 bytes and at most 1 pages, got 4104 bytes/,
  );
  expect(() => LinearBacking.over(wasm(), { maxPages: 8 })).toThrow(RangeError);
  expect(() => LinearBacking.over(wasm(), { maxPages: -1 })).toThrow(RangeError);
});

test("linear backing: only a memory that may move is marked as such", () => {
  expect(LinearBacking.over(wasm()).movable).toBe(true);
  expect(LinearBacking.over(new ArrayBuffer(PAGE_SIZE)).movable).toBe(false);
});
