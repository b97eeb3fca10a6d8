import fc from "fast-check";
import { expect, test } from "vitest";
import { GuestPanic } from "../../src/guest/guest-panic.ts";
import { HashTable, hashTableBytes } from "../../src/guest/hash-table.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

const SLOTS = 8;

function tableOf(slotCount: number): { table: HashTable; memory: Memory } {
  const memory = new Memory();
  const backing = new SparseBacking(Math.ceil(hashTableBytes(slotCount) / PAGE_SIZE));
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  return { table: new HashTable(memory, 0, slotCount), memory };
}

test("hash table: does what a map does, whatever the order of sets and deletes", () => {
  const key = fc.integer({ min: 1, max: 12 });
  const operations = fc.array(
    fc.oneof(
      fc.record({ op: fc.constant("set" as const), key, length: fc.nat({ max: 256 }) }),
      fc.record({ op: fc.constant("delete" as const), key, length: fc.constant(0) }),
    ),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(operations, (list) => {
      const { table, memory } = tableOf(SLOTS);
      const model = new Map<number, Uint8Array>();
      for (const { op, key: number, length } of list) {
        const bytes = new Uint8Array(number).fill(number);
        if (op === "delete") expect(table.delete(bytes)).toBe(model.delete(number));
        else if (model.has(number) || model.size < SLOTS - 1) {
          const value = new Uint8Array(length).fill(length);
          table.set(bytes, value);
          model.set(number, value);
        }
        for (let asked = 1; asked <= 12; asked += 1) {
          expect(table.get(new Uint8Array(asked).fill(asked))).toEqual(model.get(asked));
        }
      }
      for (const number of model.keys()) table.delete(new Uint8Array(number).fill(number));
      // nothing is left behind: an empty table is all zeros again
      expect(memory.read(0, hashTableBytes(SLOTS)).every((byte) => byte === 0)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("hash table: a second view of the same memory sees the same", () => {
  const { table, memory } = tableOf(SLOTS);
  table.set(Uint8Array.of(1), Uint8Array.of(2));
  const again = new HashTable(memory, 0, SLOTS);
  expect(again.has(Uint8Array.of(1))).toBe(true);
  expect(again.has(Uint8Array.of(2))).toBe(false);
  again.delete(Uint8Array.of(1));
  expect(table.get(Uint8Array.of(1))).toBeUndefined();
});

test("hash table: a damaged table is a panic, not an endless search", () => {
  const { table, memory } = tableOf(2);
  memory.write(0, new Uint8Array(hashTableBytes(2)).fill(1));
  expect(() => table.get(Uint8Array.of(7))).toThrow("without an empty slot");
  memory.write(0, new Uint8Array(hashTableBytes(2)).fill(0xff));
  expect(() => table.get(Uint8Array.of(7))).toThrow(GuestPanic);
});
