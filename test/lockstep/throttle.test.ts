import { expect, test } from "vitest";
import { Throttle } from "../../src/lockstep/throttle.ts";

test("throttle: the share is cut a little at a time while the lag is too long, and given back", () => {
  const throttle = new Throttle(1_000);
  expect([throttle.sharePpm, throttle.slowdownPpm]).toEqual([1_000_000, 0]);
  expect(throttle.look(1_000)).toBe(false);
  expect(throttle.look(1_001)).toBe(true);
  expect(throttle.sharePpm).toBe(950_000);
  throttle.look(2_000);
  expect(throttle.sharePpm).toBe(900_000);
  expect(throttle.slowdownPpm).toBe(111_111);
  // Between half the limit and the limit nothing changes.
  expect(throttle.look(501)).toBe(false);
  expect(throttle.look(500)).toBe(true);
  expect(throttle.look(0)).toBe(true);
  expect(throttle.look(0)).toBe(false);
  expect(throttle.sharePpm).toBe(1_000_000);
});

test("throttle: something is always left", () => {
  const throttle = new Throttle(1);
  for (let look = 0; look < 100; look += 1) throttle.look(2);
  expect(throttle.sharePpm).toBe(50_000);
  expect(throttle.slowdownPpm).toBe(19_000_000);
});
