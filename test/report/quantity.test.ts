import { expect, test } from "vitest";
import {
  clip,
  countOf,
  formatBytes,
  formatClock,
  formatCount,
  formatShort,
} from "../../src/report/quantity.ts";

test("quantity: digits stand in groups of three", () => {
  expect([0, 7, 999, 1_000, 12_345, 1_234_567].map(formatCount)).toEqual([
    "0",
    "7",
    "999",
    "1,000",
    "12,345",
    "1,234,567",
  ]);
});

test("quantity: one thing has no plural, all other counts have", () => {
  expect([0, 1, 2].map((count) => countOf(count, "page"))).toEqual([
    "0 pages",
    "1 page",
    "2 pages",
  ]);
  expect(countOf(3, "retry", "retries")).toBe("3 retries");
});

test("quantity: bytes take the unit that keeps them short", () => {
  expect([0, 1_023, 1_024, 50_790, 1_048_576, 5 * 2 ** 30, 3 * 2 ** 40].map(formatBytes)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KiB",
    "49.6 KiB",
    "1.0 MiB",
    "5.0 GiB",
    "3.0 TiB",
  ]);
});

test("quantity: a clock is in milliseconds, to the microsecond, halves up", () => {
  expect([0, 499, 500, 310_000_000, 1_310_250_499, 999_999_500].map(formatClock)).toEqual([
    "0.000 ms",
    "0.000 ms",
    "0.001 ms",
    "310.000 ms",
    "1,310.250 ms",
    "1,000.000 ms",
  ]);
});

test("quantity: a short duration keeps three or four digits", () => {
  expect([0, 850, 312_400, 12_345_678, 1_204_000_000].map(formatShort)).toEqual([
    "0 ns",
    "850 ns",
    "312.4 us",
    "12.35 ms",
    "1.204 s",
  ]);
});

test("quantity: a text that is too long says so", () => {
  expect(clip("abcdef", 6)).toBe("abcdef");
  expect(clip("abcdefg", 6)).toBe("abcde…");
});
