import fc from "fast-check";
import { expect, test } from "vitest";
import { StandinRangeError } from "../../src/sim/errors.ts";
import { formatTime, minutes, ms, ns, seconds, us } from "../../src/sim/time.ts";

test("time: units are nanoseconds", () => {
  expect([ns(3), us(3), ms(3), seconds(3), minutes(3)]).toEqual([
    3, 3_000, 3_000_000, 3_000_000_000, 180_000_000_000,
  ]);
});

test("time: fractions that make whole nanoseconds are exact", () => {
  expect(ms(1.001)).toBe(1_001_000); // 1000999.9999999999 as a binary product
  expect(us(0.1)).toBe(100);
  expect(seconds(0.000_000_001)).toBe(1);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (count) => {
      expect(seconds(count / 1_000_000_000)).toBe(count);
      expect(ms(count / 1_000_000)).toBe(count);
    }),
  );
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
  "time: %d ns is refused",
  (count) => {
    expect(() => ns(count)).toThrow(StandinRangeError);
  },
);

test("time: parts of a nanosecond and times beyond 2^53 are refused", () => {
  expect(() => ns(0.5)).toThrow("ns: expected a count that makes a whole number of nanoseconds");
  expect(() => us(0.0001)).toThrow(StandinRangeError);
  expect(() => ms(1 / 3)).toThrow(StandinRangeError);
  expect(() => minutes(200_000)).toThrow(StandinRangeError);
  expect(() => ms("5" as unknown as number)).not.toThrow(TypeError);
});

test("time: is written exactly, in the largest unit that fits", () => {
  const written = [0, 999, 1_000, 1_500, 12_345_000, 310_000_001, 1_000_000_000, 61_500_000_000];
  expect(written.map(formatTime)).toEqual([
    "0 ns",
    "999 ns",
    "1 us",
    "1.5 us",
    "12.345 ms",
    "310.000001 ms",
    "1 s",
    "61.5 s",
  ]);
  expect(formatTime(-1_500)).toBe("-1.5 us");
});

test("time: two different times are never written alike", () => {
  const unit = { ns: 1, us: 1_000, ms: 1_000_000, s: 1_000_000_000 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (timeNs) => {
      const [count, name] = formatTime(timeNs).split(" ") as [string, keyof typeof unit];
      expect(Math.round(Number(count) * unit[name])).toBe(timeNs);
    }),
  );
});
