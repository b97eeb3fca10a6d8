import fc from "fast-check";
import { expect, test } from "vitest";
import { durationNs, momentNs } from "../../src/fast-check/times.ts";
import { ms, us } from "../../src/sim/time.ts";
import { simplest } from "./simplest.ts";

const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

test("times: moments are whole nanoseconds before the end", () => {
  fc.assert(
    fc.property(momentNs(ms(400)), (timeNs) => {
      return Number.isSafeInteger(timeNs) && timeNs >= 0 && timeNs < ms(400);
    }),
  );
  expect(fc.sample(momentNs(1), 3)).toEqual([0, 0, 0]);
});

test("times: a moment that does not matter ends at a round one", () => {
  for (const seed of seeds) {
    const { value } = simplest(momentNs(ms(400)), () => false, { seed });
    expect([0, ms(100), ms(200), ms(300)]).toContain(value);
  }
});

test("times: a moment becomes later rather than earlier", () => {
  const needed = (timeNs: number): boolean => timeNs > ms(110) && timeNs < ms(290);
  const found = seeds.map((seed) => simplest(momentNs(ms(400)), (time) => !needed(time), { seed }));
  expect(new Set(found.map(({ value }) => value))).toEqual(new Set([ms(200)]));
  const { value } = simplest(momentNs(ms(90)), (time) => time < us(42_300));
  expect(value % ms(10)).toBe(0);
});

test("times: simpler moments come the roundest first, later before earlier, never none or the end", () => {
  const simpler = [...momentNs(ms(90)).shrink(us(42_305), undefined)].map(({ value }) => value);
  const later = [ms(50), ms(43), us(42_400), us(42_310)];
  const earlier = [ms(40), ms(42), us(42_300), us(42_300)];
  expect(simpler).toEqual([...later, ...earlier]);
  expect([...momentNs(ms(400)).shrink(ms(300), undefined)]).toEqual([]);
});

test("times: a moment is as round as the failure lets it be", () => {
  const inside = (timeNs: number): boolean => timeNs > us(12_340) && timeNs < us(12_990);
  for (const seed of seeds) {
    const some = momentNs(ms(20));
    const { value } = simplest(some, (time) => !inside(time), { seed, numRuns: 10_000 });
    expect(inside(value)).toBe(true);
    expect(value % us(100)).toBe(0);
  }
});

test("times: durations stay within their bounds and end short and round", () => {
  fc.assert(fc.property(durationNs(7, 1_234), (timeNs) => timeNs >= 7 && timeNs <= 1_234));
  for (const seed of seeds) {
    const some = durationNs(us(100), ms(1_000));
    expect(simplest(some, () => false, { seed }).value).toBe(us(100));
    expect(simplest(some, (timeNs) => timeNs <= ms(30), { seed }).value).toBe(ms(50));
    expect(simplest(durationNs(7, 1_234), () => false, { seed }).value).toBeLessThanOrEqual(10);
  }
});
