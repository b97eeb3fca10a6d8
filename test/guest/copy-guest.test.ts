// covers src/guest/copy-guest.ts, src/guest/same-bytes.ts
import { expect, test } from "vitest";
import { cloneGuest, copyGuest } from "../../src/guest/copy-guest.ts";
import { counter, counterValue } from "../../src/guest/counter.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { sameBytes } from "../../src/guest/same-bytes.ts";
import { MachineDriver, stateOf } from "./machine-driver.ts";

test("copy guest: the copy is the original, whatever was there before", () => {
  const original = new MachineDriver(counter());
  const copy = new MachineDriver(counter({ touchPages: 5 }));
  original.ask(1, 1);
  for (let number = 1; number <= 9; number += 1) copy.ask(2, number);
  copyGuest(original.guest, copy.guest);
  expect(stateOf(copy.guest)).toEqual(stateOf(original.guest));
  expect(counterValue(copy.answerTo(1, 2))).toBe(2);
});

test("copy guest: the original's dirty flags and translations stay as they are", () => {
  const { guest } = new MachineDriver(counter());
  const { walks, invalidations } = guest.memory.tlb;
  const dirty = [0, 1, 2, 3].map((page) => guest.memory.slat.isDirty(page));
  const clone = cloneGuest(counter(), guest);
  expect(stateOf(clone)).toEqual(stateOf(guest));
  expect(guest.memory.tlb).toMatchObject({ walks, invalidations });
  expect([0, 1, 2, 3].map((page) => guest.memory.slat.isDirty(page))).toEqual(dirty);
});

test("copy guest: a clone works on its own, unheard", () => {
  const machine = new MachineDriver(counter());
  const clone = cloneGuest(counter(), machine.guest);
  clone.deliver(Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0));
  clone.run(1_000_000);
  expect(counter().executions(clone, 1)).toEqual(new Map([[1, 1]]));
  expect(counter().executions(machine.guest, 1)).toEqual(new Map());
  expect(machine.sent).toEqual([]);
});

test("copy guest: guests with other regions are refused", () => {
  const small = new MachineDriver(counter({ memoryBytes: 1 << 20 }));
  const large = new MachineDriver(keyValue());
  expect(() => copyGuest(large.guest, small.guest)).toThrow(RangeError);
});

test("same bytes: equal contents and lengths", () => {
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});
