import { expect, test } from "vitest";
import { counter, counterValue } from "../../src/guest/counter.ts";
import { SessionStatus } from "../../src/guest/session-status.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { MachineDriver } from "./machine-driver.ts";

/** Pages that a machine has dirtied since the last call. */
function dirtyPages({ guest: { memory } }: MachineDriver): number {
  const dirty = new PageSet();
  memory.tlb.invalidate();
  memory.slat.collectDirty(dirty, 0, memory.regions[0]!.pageCount);
  return dirty.size;
}

test("counter: each request adds one, for all clients together", () => {
  const machine = new MachineDriver(counter());
  const values = [
    machine.answerTo(1, 1),
    machine.answerTo(2, 1),
    machine.answerTo(1, 2),
    machine.answerTo(2, 1),
  ];
  expect(values.map(counterValue)).toEqual([1, 2, 3, 2]);
});

test("counter: the reply is eight bytes, little endian", () => {
  const machine = new MachineDriver(counter());
  expect(machine.answerTo(1, 1)).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
});

test("counter: a refused request has no value, other bytes are no reply", () => {
  const machine = new MachineDriver(counter());
  const refused = machine.answerTo(1, 0);
  expect(refused).toEqual(Uint8Array.of(SessionStatus.numberOutOfRange));
  expect(counterValue(refused)).toBeUndefined();
  expect(() => counterValue(new Uint8Array(7))).toThrow("expected a reply of 8 bytes, got 7");
});

test("counter: a request dirties four pages", () => {
  const machine = new MachineDriver(counter());
  machine.ask(1, 1);
  dirtyPages(machine);
  machine.ask(1, 2);
  // counters and state, a slot of the receive ring, the journal and the kept replies
  expect(dirtyPages(machine)).toBe(4);
});

test("counter: boots with the pages it is told to touch, and rewrites a few in turn", () => {
  const image = counter({ memoryBytes: 64 << 20, touchPages: 64, rewritePages: 3 });
  const machine = new MachineDriver(image);
  expect(dirtyPages(machine)).toBe(65);
  expect(machine.guest.memory.residentBytes).toBeLessThan(500_000);
  machine.ask(1, 1);
  dirtyPages(machine);
  machine.ask(1, 2);
  expect(dirtyPages(machine)).toBe(4 + 3);
  for (let number = 3; number <= 30; number += 1) machine.ask(1, number);
  expect(dirtyPages(machine)).toBe(64 + 3 + 4);
});

test("counter: the workload is empty requests", () => {
  const workload = counter().workload(1, new RandomStream(1, "workload"));
  expect(workload.request(1)).toHaveLength(0);
});

test("counter: a working set out of range is refused", () => {
  for (const touchPages of [-1, 0.5, Number.NaN]) {
    expect(() => counter({ touchPages })).toThrow(RangeError);
  }
  expect(() => counter({ touchPages: 3, rewritePages: 4 })).toThrow(
    "rewritePages: expected a whole number from 0 to 3, got 4",
  );
  expect(() => new MachineDriver(counter({ touchPages: 252 }))).toThrow(
    "expected at most the 251 free pages",
  );
  new MachineDriver(counter({ touchPages: 251 }));
});
