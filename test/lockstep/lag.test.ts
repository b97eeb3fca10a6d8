import { expect, test } from "vitest";
import { Lag } from "../../src/lockstep/lag.ts";

test("lag: it is the age of the oldest batch that is not replayed", () => {
  const lag = new Lag();
  expect(lag.behindNs(50)).toBe(0);
  lag.sent(10, 100);
  lag.sent(20, 150);
  expect(lag.behindNs(170)).toBe(70);
  lag.replayed(9);
  expect(lag.behindNs(170)).toBe(70);
  lag.replayed(15);
  expect(lag.behindNs(170)).toBe(20);
  lag.replayed(20);
  expect(lag.behindNs(170)).toBe(0);
});

test("lag: what is sent again is as old as it was, and what is replayed is not sent", () => {
  const lag = new Lag();
  lag.sent(10, 100);
  lag.sent(10, 300);
  expect(lag.behindNs(400)).toBe(300);
  lag.replayed(10);
  lag.sent(8, 500);
  expect(lag.behindNs(600)).toBe(0);
});
