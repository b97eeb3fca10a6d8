// covers src/guest/riscv/interpret.ts, src/guest/riscv/step.ts, src/guest/riscv/processor.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Hart } from "../../../src/guest/riscv/hart.ts";
import { PageSet } from "../../../src/memory/page-set.ts";
import { SlatTracker } from "../../../src/memory/slat-tracker.ts";
import { drawer, HANDLER, HANDLER_WORDS, randomProgram } from "./random-program.ts";
import { Reference } from "./reference.ts";
import { BASE, PAGES, restore, saved, TestMachine } from "./test-machine.ts";

const TICKS = 1_500;
const BYTES = PAGES * 4096;

/** A machine with a random program, registers, and interrupts pending. */
function prepared(seed: number): TestMachine {
  const draw = drawer(seed + 1);
  const subject = new TestMachine();
  subject.program(randomProgram(seed, 200)).program(HANDLER_WORDS, HANDLER);
  const { hart } = subject;
  for (let number = 1; number < 32; number += 1) hart.x[number] = draw(2 ** 32);
  for (let number = 12; number < 16; number += 1) hart.x[number] = BASE + 4 * draw(1024);
  hart.mtvec = HANDLER | 0;
  hart.mip = [0, 0, 0x8, 0x80, 0x888][draw(5)]!;
  return subject;
}

/** A reference in the same state, with `bytes` as its memory. */
function referenceFor({ hart }: TestMachine, bytes: Uint8Array): Reference {
  const reference = new Reference(BASE, bytes);
  reference.x.splice(0, 32, ...[...hart.x.slice(0, 32)].map((value) => value >>> 0));
  reference.csr.set(0x305, hart.mtvec >>> 0);
  reference.mip = hart.mip;
  return reference;
}

/** What can be compared of a hart. */
function stateOf(hart: Hart): unknown {
  const { mstatus, mie, mtvec, mscratch, mepc, mcause, mtval, mcounteren } = hart;
  const registers = [mstatus, mie, mtvec, mcounteren, mscratch, mepc, mcause, mtval];
  return {
    x: [...hart.x.slice(0, 32)].map((value) => value >>> 0),
    pc: hart.pc,
    privilege: hart.privilege,
    reservation: hart.reservation,
    counts: [hart.ticks, hart.trapped, hart.waiting, hart.halt !== undefined],
    registers: registers.map((value) => value >>> 0),
  };
}

function stateOfReference(reference: Reference): unknown {
  const { csr, x, pc, privilege, reservation, ticks, trapped, isWaiting, isHalted } = reference;
  const numbers = [0x300, 0x304, 0x305, 0x306, 0x340, 0x341, 0x342, 0x343];
  return {
    x,
    pc,
    privilege,
    reservation,
    counts: [ticks, trapped, isWaiting, isHalted],
    registers: numbers.map((number) => csr.get(number)),
  };
}

/** All of the memory. */
const bytesOf = ({ memory }: TestMachine): Buffer => Buffer.from(memory.dmaRead(BASE, BYTES));

test("differential: random programs do what the reference does, after every part of a run", () => {
  let traps = 0;
  let executed = 0;
  const property = fc.property(fc.integer(), (seed) => {
    const subject = prepared(seed);
    const bytes = subject.memory.dmaRead(BASE, BYTES);
    const reference = referenceFor(subject, bytes);
    const draw = drawer(seed + 2);
    for (let ticks = 0; ticks < TICKS; ) {
      const part = 1 + draw(1 + draw(200));
      subject.processor.run(part);
      for (let count = 0; count < part; count += 1) reference.step();
      ticks += part;
      expect(stateOf(subject.hart)).toEqual(stateOfReference(reference));
    }
    expect(bytesOf(subject).equals(bytes)).toBe(true);
    traps += subject.hart.trapped;
    executed += subject.hart.ticks;
  });
  fc.assert(property, { numRuns: 60 });
  // programs that end at once would compare nothing
  expect(executed).toBeGreaterThan(20 * TICKS);
  expect(traps).toBeGreaterThan(400);
});

test("differential: a run in parts, tracked, and copied on the way ends as one in one go", () => {
  const property = fc.property(fc.integer(), (seed) => {
    const whole = prepared(seed);
    whole.processor.run(TICKS);

    const draw = drawer(seed + 3);
    let parts = prepared(seed);
    const tracker = new SlatTracker(parts.memory);
    tracker.start();
    for (let left = TICKS; left > 0; ) {
      const part = Math.min(left, 1 + draw(1 + draw(300)));
      const before = bytesOf(parts);
      parts.processor.run(part);
      left -= part;
      const after = bytesOf(parts);
      const collected = tracker.collect(new PageSet());
      for (let page = 0; page < PAGES; page += 1) {
        const [from, to] = [page * 4096, (page + 1) * 4096];
        if (before.subarray(from, to).equals(after.subarray(from, to))) continue;
        expect(collected.has((BASE >>> 12) + page)).toBe(true);
      }
    }
    expect(saved(parts.hart)).toEqual(saved(whole.hart));
    expect(bytesOf(parts).equals(bytesOf(whole))).toBe(true);

    // continued on a machine that has executed something else before
    parts = prepared(seed);
    const first = draw(TICKS);
    parts.processor.run(first);
    const other = prepared(seed + 1);
    other.processor.run(TICKS);
    for (let page = 0; page < PAGES; page += 1) {
      const number = (BASE >>> 12) + page;
      other.memory.hostWrite(number, parts.memory.page(number).slice());
    }
    restore(other.hart, saved(parts.hart));
    other.processor.run(TICKS - first);
    expect(saved(other.hart)).toEqual(saved(whole.hart));
    expect(bytesOf(other).equals(bytesOf(whole))).toBe(true);
  });
  fc.assert(property, { numRuns: 40 });
});

test("differential: a copy onto a machine that keeps stale instructions is noticed", () => {
  const property = fc.property(fc.integer(), (seed) => {
    const whole = prepared(seed);
    const other = new TestMachine({ broken: { staleDecoded: true } });
    other.program(randomProgram(seed + 1, 200)).program(HANDLER_WORDS, HANDLER);
    other.hart.mtvec = HANDLER | 0;
    other.processor.run(TICKS);
    for (let page = 0; page < PAGES; page += 1) {
      const number = (BASE >>> 12) + page;
      other.memory.hostWrite(number, whole.memory.page(number).slice());
    }
    restore(other.hart, saved(whole.hart));
    other.processor.run(TICKS);
    whole.processor.run(TICKS);
    expect(saved(other.hart)).toEqual(saved(whole.hart));
  });
  expect(fc.check(property, { numRuns: 20, seed: 1 }).failed).toBe(true);
});
