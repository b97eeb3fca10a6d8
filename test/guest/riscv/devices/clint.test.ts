import { expect, test } from "vitest";
import { Clint } from "../../../../src/guest/riscv/devices/clint.ts";
import { expectStateContract, loadState, savedState } from "./state-copy.ts";
import { TestLine } from "./test-line.ts";

const COMPARE = 0x4000;
const TIME = 0xbff8;
const NEVER = Number.POSITIVE_INFINITY;

/** A clock whose machine runs as the test says. */
class Rig {
  readonly harts = [0, 1].map(() => ({ software: new TestLine(), timer: new TestLine() }));
  now = 0;
  readonly clint: Clint;

  constructor(ticksPerTimebase = 10, broken = {}) {
    const now = (): number => this.now;
    this.clint = new Clint({ harts: this.harts, now, ticksPerTimebase, broken });
  }

  /** Lets time pass as a machine does: with a stop wherever the clock wants one. */
  runTo(tick: number): void {
    while (this.clint.nextTick <= tick) {
      this.now = this.clint.nextTick;
      this.clint.advance(this.now);
    }
    this.now = tick;
  }

  timers(): boolean[] {
    return this.harts.map(({ timer }) => timer.raised);
  }

  setCompare(hart: number, high: number, low: number): void {
    this.clint.store(COMPARE + 8 * hart + 4, 4, high);
    this.clint.store(COMPARE + 8 * hart, 4, low);
  }

  time(): [high: number, low: number] {
    return [this.clint.load(TIME + 4, 4), this.clint.load(TIME, 4)];
  }
}

test("clint: time rises by one in so many ticks", () => {
  const rig = new Rig(10);
  const readings = [0, 9, 10, 19, 20].map((now) => {
    rig.now = now;
    return rig.clint.load(TIME, 4);
  });
  expect(readings).toEqual([0, 0, 1, 1, 2]);
  rig.now = 0x1_2345_6789_a * 10 + 3;
  expect(rig.time()).toEqual([0x12, 0x3456_789a]);
  expect(rig.clint.time()).toBe(0x12_3456_789a);
});

test("clint: a timer is raised at the first tick at which time has reached it, and not before", () => {
  const rig = new Rig(10);
  expect(rig.clint.nextTick).toBe(NEVER);
  rig.now = 5;
  rig.setCompare(1, 0, 3);
  expect(rig.clint.nextTick).toBe(30);
  rig.runTo(29);
  expect(rig.timers()).toEqual([false, false]);
  rig.runTo(30);
  expect(rig.timers()).toEqual([false, true]);
  expect(rig.clint.nextTick).toBe(NEVER);
});

test("clint: a timer in the past is raised by the store, and one in the future withdraws it", () => {
  const rig = new Rig(1);
  rig.now = 100;
  rig.setCompare(0, 0, 100);
  expect(rig.timers()).toEqual([true, false]);
  rig.clint.store(COMPARE, 4, 101);
  expect(rig.timers()).toEqual([false, false]);
  expect(rig.clint.nextTick).toBe(101);
});

test("clint: the earliest of all timers is next", () => {
  const rig = new Rig(1);
  rig.setCompare(0, 0, 50);
  rig.setCompare(1, 0, 20);
  expect(rig.clint.nextTick).toBe(20);
  rig.runTo(20);
  expect(rig.timers()).toEqual([false, true]);
  expect(rig.clint.nextTick).toBe(50);
});

test("clint: all 64 bits are compared, without signs", () => {
  const rig = new Rig(1);
  const far = 0x8000_0000;
  rig.setCompare(0, 1, far);
  expect(rig.clint.nextTick).toBe(0x1_8000_0000);
  rig.runTo(0x1_7fff_ffff);
  expect(rig.timers()[0]).toBe(false);
  rig.runTo(0x1_8000_0000);
  expect(rig.timers()[0]).toBe(true);
  rig.setCompare(0, 0x8000_0000, 0);
  expect(rig.timers()[0]).toBe(false);
  expect(rig.clint.nextTick).toBe(NEVER);
});

test("clint: setting a timer in the order of the specification raises nothing too early", () => {
  const rig = new Rig(1);
  rig.now = 0x1_0000_0005;
  rig.setCompare(0, 1, 0x10);
  const before = rig.harts[0]!.timer.changes;
  rig.clint.store(COMPARE, 4, 0xffff_ffff);
  rig.clint.store(COMPARE + 4, 4, 2);
  rig.clint.store(COMPARE, 4, 0);
  expect(rig.harts[0]!.timer.changes).toBe(before);
  expect(rig.clint.nextTick).toBe(0x2_0000_0000);
});

test("clint: each half of a timer counts at once", () => {
  const rig = new Rig(1);
  rig.now = 0x1_0000_0005;
  rig.setCompare(0, 2, 0);
  rig.clint.store(COMPARE + 4, 4, 1);
  expect(rig.timers()[0]).toBe(true);
});

test("clint: software may set the time, and timers follow", () => {
  const rig = new Rig(10);
  rig.now = 1_005;
  rig.setCompare(0, 0, 200);
  rig.clint.store(TIME, 4, 199);
  expect(rig.time()).toEqual([0, 199]);
  expect(rig.clint.nextTick).toBe(1_010);
  rig.runTo(1_010);
  expect(rig.timers()[0]).toBe(true);
  rig.clint.store(TIME, 4, 5);
  expect(rig.time()).toEqual([0, 5]);
  expect(rig.timers()[0]).toBe(false);
  rig.clint.store(TIME + 4, 4, 7);
  expect(rig.time()).toEqual([7, 5]);
  expect(rig.timers()[0]).toBe(true);
});

test("clint: a time near its end wraps round to 0, and what was due is no more", () => {
  const rig = new Rig(1);
  rig.now = 1_000;
  rig.setCompare(0, 0xffff_ffff, 0xffff_fffe);
  rig.clint.store(TIME + 4, 4, 0xffff_ffff);
  rig.clint.store(TIME, 4, 0xffff_fff0);
  expect(rig.clint.nextTick).toBe(1_014);
  rig.runTo(1_015);
  expect([rig.timers()[0], rig.clint.nextTick]).toEqual([true, 1_016]);
  rig.runTo(1_017);
  expect(rig.timers()[0]).toBe(false);
  expect(rig.time()).toEqual([0, 1]);
});

test("clint: software interrupts have one bit for each hart", () => {
  const rig = new Rig();
  rig.clint.store(4, 4, 0xffff_ffff);
  expect(rig.harts.map(({ software }) => software.raised)).toEqual([false, true]);
  expect([rig.clint.load(0, 4), rig.clint.load(4, 4), rig.clint.load(8, 4)]).toEqual([0, 1, 0]);
  rig.clint.store(4, 4, 0xffff_fffe);
  expect(rig.harts[1]!.software.raised).toBe(false);
});

test("clint: narrower loads see a part of a word, narrower stores do nothing", () => {
  const rig = new Rig();
  rig.setCompare(1, 0x1122_3344, 0x5566_7788);
  const base = COMPARE + 8;
  expect([rig.clint.load(base, 1), rig.clint.load(base + 3, 1)]).toEqual([0x88, 0x55]);
  expect([rig.clint.load(base + 2, 2), rig.clint.load(base + 4, 2)]).toEqual([0x5566, 0x3344]);
  rig.clint.store(base, 1, 0);
  rig.clint.store(0, 2, 1);
  expect(rig.clint.load(base, 4)).toBe(0x5566_7788);
  expect(rig.harts[0]!.software.raised).toBe(false);
});

test("clint: a register that does not exist reads as 0", () => {
  const rig = new Rig();
  for (const offset of [8, 0x3ffc, COMPARE + 16, 0xbff4, 0xfffc]) {
    rig.clint.store(offset, 4, 0xffff_ffff);
    expect(rig.clint.load(offset, 4)).toBe(0);
  }
});

test("clint: its state is copied whole, and a timer fires at the same tick in the copy", () => {
  const rig = new Rig();
  rig.now = 77;
  rig.setCompare(0, 0, 30);
  rig.clint.store(TIME + 4, 4, 0);
  rig.clint.store(TIME, 4, 20);
  rig.clint.store(4, 4, 1);
  expectStateContract(rig.clint, () => new Rig().clint);
  const copy = new Rig();
  copy.now = rig.now;
  loadState(copy.clint, savedState(rig.clint));
  expect(copy.clint.nextTick).toBe(rig.clint.nextTick);
  expect(copy.time()).toEqual(rig.time());
  expect(copy.harts[1]!.software.raised).toBe(true);
});

test("clint: broken timerNotSaved loses the timers of a copy, and nothing else", () => {
  const rig = new Rig(10, { timerNotSaved: true });
  rig.setCompare(0, 0, 30);
  rig.clint.store(0, 4, 1);
  const copy = new Rig();
  loadState(copy.clint, savedState(rig.clint));
  expect(rig.clint.nextTick).toBe(300);
  expect(copy.clint.nextTick).toBe(NEVER);
  expect(copy.harts[0]!.software.raised).toBe(true);
});
