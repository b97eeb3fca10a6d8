import { expect, test } from "vitest";
import { PageAllocator } from "../../src/guest/page-allocator.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

function memoryOf(pageCount: number): Memory {
  const memory = new Memory();
  const backing = new SparseBacking(pageCount);
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  return memory;
}

test("page allocator: hands out whole pages, one after the other, until there are none", () => {
  const allocator = new PageAllocator(memoryOf(8), 0, 8);
  allocator.begin(2);
  expect(allocator.allocate(1)).toBe(2 * PAGE_SIZE);
  expect(allocator.allocate(PAGE_SIZE + 1)).toBe(3 * PAGE_SIZE);
  expect(allocator.freeCount).toBe(3);
  expect(allocator.allocate(4 * PAGE_SIZE)).toBeUndefined();
  expect(allocator.allocate(3 * PAGE_SIZE)).toBe(5 * PAGE_SIZE);
  expect(allocator.freeCount).toBe(0);
  expect(allocator.allocate(1)).toBeUndefined();
});

test("page allocator: what it remembers lies in memory", () => {
  const memory = memoryOf(8);
  const first = new PageAllocator(memory, 64, 8);
  first.begin(1);
  first.allocate(1);
  const second = new PageAllocator(memory, 64, 8);
  expect(second.allocate(1)).toBe(2 * PAGE_SIZE);
  expect(first.allocate(1)).toBe(3 * PAGE_SIZE);
});

test("page allocator: page 0 is never handed out, and nothing is not allocated", () => {
  const allocator = new PageAllocator(memoryOf(8), 0, 8);
  expect(() => allocator.begin(0)).toThrow("page 0 means: no page");
  allocator.begin(1);
  for (const bad of [0, -1, 0.5]) {
    expect(() => allocator.allocate(bad)).toThrow("an allocation has a size");
  }
});
