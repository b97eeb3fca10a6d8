import { expect, test } from "vitest";
import { HartTurns, TURN_TICKS_MAX } from "../../../src/guest/riscv/hart-turns.ts";
import { expectStateContract, loadState, savedState } from "./devices/state-copy.ts";

const all = (): boolean => true;
const only =
  (...harts: number[]) =>
  (hart: number): boolean =>
    harts.includes(hart);

/** Turns whose draws are given; the last one is repeated. */
function turns(harts: number, ...draws: number[]): { turns: HartTurns; drawn: () => number } {
  let drawn = 0;
  const random32 = (): number => {
    drawn += 1;
    return draws[Math.min(drawn, draws.length) - 1] ?? 0;
  };
  return { turns: new HartTurns(harts, random32), drawn: () => drawn };
}

test("hart turns: a single hart runs without end and draws nothing", () => {
  const { turns: single, drawn } = turns(1);
  expect(single.next(all)).toBe(0);
  expect(single.leftTicks).toBe(Number.POSITIVE_INFINITY);
  single.use(1e12);
  expect([single.next(all), single.next(only())]).toEqual([0, undefined]);
  expect(drawn()).toBe(0);
});

test("hart turns: a turn is drawn when it begins, and lasts until it is used up", () => {
  const { turns: two, drawn } = turns(2, 9, 0xffff_ffff);
  expect([two.next(all), two.leftTicks]).toEqual([1, 10]);
  two.use(4);
  expect([two.next(all), two.leftTicks, drawn()]).toEqual([1, 6, 1]);
  two.use(6);
  expect([two.next(all), two.leftTicks, drawn()]).toEqual([0, TURN_TICKS_MAX, 2]);
});

test("hart turns: a hart that cannot run forfeits what it had left", () => {
  const { turns: two, drawn } = turns(2, 9, 19, 29);
  two.next(all);
  expect([two.next(only(0)), two.leftTicks]).toEqual([0, 20]);
  two.use(20);
  expect([two.next(only(0)), two.leftTicks]).toEqual([0, 30]);
  expect(drawn()).toBe(3);
});

test("hart turns: when none can run nothing is drawn, and the turn is kept", () => {
  const { turns: two, drawn } = turns(2, 9);
  two.next(all);
  expect(two.next(only())).toBeUndefined();
  expect([two.next(all), two.leftTicks, drawn()]).toEqual([1, 10, 1]);
});

test("hart turns: whose turn it is and what is left of it are copied, the draws are not", () => {
  const { turns: two } = turns(2, 99);
  two.next(all);
  two.use(40);
  expectStateContract(two, () => turns(2).turns);
  const { turns: copy, drawn } = turns(2, 4);
  loadState(copy, savedState(two));
  expect([copy.next(all), copy.leftTicks, drawn()]).toEqual([1, 60, 0]);
  copy.use(60);
  expect([copy.next(all), copy.leftTicks]).toEqual([0, 5]);
});
