import { expect, test } from "vitest";
import { Plic } from "../../../../src/guest/riscv/devices/plic.ts";
import { expectStateContract } from "./state-copy.ts";
import { TestLine } from "./test-line.ts";

const PENDING = 0x1000;
const enable = (context: number): number => 0x2000 + 0x80 * context;
const threshold = (context: number): number => 0x20_0000 + 0x1000 * context;
const claim = (context: number): number => threshold(context) + 4;

function rig(): { plic: Plic; outputs: TestLine[] } {
  const outputs = [new TestLine(), new TestLine()];
  return { plic: new Plic(outputs), outputs };
}

/** Gives a source a priority and lets context 0 hear it. */
function listen(plic: Plic, source: number, priority = 1): void {
  plic.store(4 * source, 4, priority);
  plic.store(enable(0), 4, plic.load(enable(0), 4) | (1 << source));
}

test("plic: a raised line interrupts until it is claimed, and again after completion", () => {
  const { plic, outputs } = rig();
  listen(plic, 10);
  const line = plic.line(10);
  line.set(true);
  expect(outputs[0]!.raised).toBe(true);
  expect(plic.load(PENDING, 4)).toBe(1 << 10);
  expect(plic.load(claim(0), 4)).toBe(10);
  expect(outputs[0]!.raised).toBe(false);
  expect(plic.load(PENDING, 4)).toBe(0);
  expect(plic.load(claim(0), 4)).toBe(0);
  plic.store(claim(0), 4, 10);
  expect(outputs[0]!.raised).toBe(true);
  expect(plic.load(claim(0), 4)).toBe(10);
  line.set(false);
  plic.store(claim(0), 4, 10);
  expect(outputs[0]!.raised).toBe(false);
});

test("plic: a line that rises while its source is served waits for the completion", () => {
  const { plic, outputs } = rig();
  listen(plic, 3);
  const line = plic.line(3);
  line.set(true);
  plic.load(claim(0), 4);
  line.set(false);
  line.set(true);
  expect(plic.load(PENDING, 4)).toBe(0);
  expect(outputs[0]!.raised).toBe(false);
  plic.store(claim(0), 4, 3);
  expect(outputs[0]!.raised).toBe(true);
});

test("plic: a request that was taken in outlives its line", () => {
  const { plic, outputs } = rig();
  listen(plic, 3);
  plic.line(3).set(true);
  plic.line(3).set(false);
  expect(outputs[0]!.raised).toBe(true);
  expect(plic.load(claim(0), 4)).toBe(3);
});

test("plic: the highest priority is served first, of equals the lowest number", () => {
  const { plic } = rig();
  for (const [source, priority] of [
    [2, 1],
    [5, 7],
    [9, 7],
    [31, 3],
  ] as const) {
    listen(plic, source, priority);
    plic.line(source).set(true);
  }
  const order = [0, 1, 2, 3, 4].map(() => plic.load(claim(0), 4));
  expect(order).toEqual([5, 9, 31, 2, 0]);
});

test("plic: priority 0 is never heard", () => {
  const { plic, outputs } = rig();
  listen(plic, 4, 0);
  plic.line(4).set(true);
  expect(outputs[0]!.raised).toBe(false);
  expect(plic.load(claim(0), 4)).toBe(0);
  plic.store(4 * 4, 4, 1);
  expect(outputs[0]!.raised).toBe(true);
});

test("plic: a threshold masks interrupts up to it, but not claims", () => {
  const { plic, outputs } = rig();
  listen(plic, 4, 2);
  plic.store(threshold(0), 4, 2);
  plic.line(4).set(true);
  expect(outputs[0]!.raised).toBe(false);
  plic.store(threshold(0), 4, 1);
  expect(outputs[0]!.raised).toBe(true);
  plic.store(threshold(0), 4, 7);
  expect(outputs[0]!.raised).toBe(false);
  expect(plic.load(claim(0), 4)).toBe(4);
});

test("plic: what one hart claims the other does not get", () => {
  const { plic, outputs } = rig();
  plic.store(4 * 6, 4, 1);
  for (const context of [0, 1]) plic.store(enable(context), 4, 1 << 6);
  plic.line(6).set(true);
  expect(outputs.map(({ raised }) => raised)).toEqual([true, true]);
  expect(plic.load(claim(1), 4)).toBe(6);
  expect(outputs.map(({ raised }) => raised)).toEqual([false, false]);
  expect(plic.load(claim(0), 4)).toBe(0);
});

test("plic: a completion of what the hart has not enabled, or of no source, is ignored", () => {
  const { plic, outputs } = rig();
  listen(plic, 6);
  plic.line(6).set(true);
  plic.load(claim(0), 4);
  plic.store(claim(1), 4, 6);
  for (const source of [0, 32, 38, 0xffff_ffff]) plic.store(claim(0), 4, source);
  expect(outputs[0]!.raised).toBe(false);
  plic.store(claim(0), 4, 6);
  expect(outputs[0]!.raised).toBe(true);
});

test("plic: bits that do not exist stay 0", () => {
  const { plic } = rig();
  plic.store(0, 4, 7);
  plic.store(4, 4, 0xffff_ffff);
  plic.store(enable(0), 4, 0xffff_ffff);
  plic.store(threshold(1), 4, 0xffff_ffff);
  expect([plic.load(0, 4), plic.load(4, 4)]).toEqual([0, 7]);
  expect([plic.load(enable(0), 4), plic.load(threshold(1), 4)]).toEqual([0xffff_fffe, 7]);
});

test("plic: registers that do not exist, and narrower accesses, find nothing", () => {
  const { plic, outputs } = rig();
  for (const offset of [0x80, PENDING, PENDING + 4, 0x2004, enable(2), claim(0) + 4, claim(2)]) {
    plic.store(offset, 4, 0xffff_ffff);
    expect(plic.load(offset, 4)).toBe(0);
  }
  plic.store(8, 1, 3);
  expect(plic.load(8, 4)).toBe(0);
  plic.store(8, 4, 3);
  expect([plic.load(8, 1), plic.load(8, 2)]).toEqual([0, 0]);
  expect(outputs.map(({ changes }) => changes)).toEqual([0, 0]);
});

test("plic: its state is copied whole, served sources too", () => {
  const { plic } = rig();
  for (const source of [1, 2, 31]) {
    listen(plic, source, source % 7);
    plic.line(source).set(true);
  }
  plic.load(claim(0), 4);
  plic.store(threshold(0), 4, 1);
  plic.store(enable(1), 4, 0x8000_0000);
  plic.line(2).set(false);
  expectStateContract(plic, () => rig().plic);
});
