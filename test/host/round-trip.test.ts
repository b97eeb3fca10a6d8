import fc from "fast-check";
import { expect, test } from "vitest";
import {
  RoundTrip,
  TIMEOUT_INITIAL_NS,
  TIMEOUT_MAX_NS,
  TIMEOUT_MIN_NS,
} from "../../src/host/round-trip.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";

test("round trip: a fixed time-out as long as nothing is known", () => {
  expect(new RoundTrip().timeoutNs).toBe(TIMEOUT_INITIAL_NS);
});

test("round trip: the first measurement counts twice as deviation, as in RFC 6298", () => {
  const roundTrip = new RoundTrip();
  roundTrip.measure(ms(3));
  expect(roundTrip.timeoutNs).toBe(ms(3) + 4 * (ms(3) / 2));
});

test("round trip: with steady answers the time-out comes close to them", () => {
  const roundTrip = new RoundTrip();
  for (let i = 0; i < 100; i += 1) roundTrip.measure(ms(20));
  expect(roundTrip.timeoutNs).toBeGreaterThanOrEqual(ms(20));
  expect(roundTrip.timeoutNs).toBeLessThan(ms(21));
});

test("round trip: a short way has the least time-out", () => {
  const roundTrip = new RoundTrip();
  for (let i = 0; i < 100; i += 1) roundTrip.measure(us(100));
  expect(roundTrip.timeoutNs).toBe(TIMEOUT_MIN_NS);
});

test("round trip: each time-out in a row doubles it, up to the cap, until something comes", () => {
  const roundTrip = new RoundTrip();
  const seen: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    seen.push(roundTrip.timeoutNs);
    roundTrip.doubleTimeout();
  }
  expect(seen).toEqual([10, 20, 40, 80, 160, 200, 200].map((count) => ms(count)));
  roundTrip.endDoubling();
  expect(roundTrip.timeoutNs).toBe(ms(10));
});

test("round trip: a way longer than the cap is waited for", () => {
  const roundTrip = new RoundTrip();
  for (let i = 0; i < 100; i += 1) roundTrip.measure(seconds(2));
  expect(roundTrip.timeoutNs).toBeGreaterThanOrEqual(seconds(2));
  roundTrip.doubleTimeout();
  expect(roundTrip.timeoutNs).toBeGreaterThanOrEqual(seconds(2));
});

test("round trip: whatever was measured the time-out is whole and within its bounds", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000_000)), fc.nat(50), (measured, doublings) => {
      const roundTrip = new RoundTrip();
      for (const each of measured) roundTrip.measure(each);
      for (let i = 0; i < doublings; i += 1) roundTrip.doubleTimeout();
      expect(Number.isSafeInteger(roundTrip.timeoutNs)).toBe(true);
      expect(roundTrip.timeoutNs).toBeGreaterThanOrEqual(TIMEOUT_MIN_NS);
      const longest = Math.max(0, ...measured);
      expect(roundTrip.timeoutNs).toBeLessThanOrEqual(Math.max(TIMEOUT_MAX_NS, longest * 6));
    }),
  );
});
