import { expect, test } from "vitest";
import { SILENCE } from "../../src/guest/copy-guest.ts";
import { counter } from "../../src/guest/counter.ts";
import { memoryBytesOf } from "../../src/guest/memory-bytes.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

test("memory bytes: all regions of a machine, as large as they are", () => {
  const guest = counter({ memoryBytes: 256 * 1024 }).create(SILENCE);
  expect(memoryBytesOf(guest)).toBe(256 * 1024);
  const backing = new SparseBacking(3, 8);
  guest.memory.addRegion({ name: "more", basePage: 4_096, backing, stores: "seen" });
  expect(memoryBytesOf(guest)).toBe(256 * 1024 + 3 * 4_096);
});
