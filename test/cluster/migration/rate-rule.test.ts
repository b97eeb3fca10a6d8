import { expect, test } from "vitest";
import { dirtyRate, RateRule } from "../../../src/cluster/migration/rate-rule.ts";
import { mbps } from "../../../src/host/bandwidth.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

/** A round of a second in which so many Mbit were written. */
const wrote = (mbit: number, left = 1_000) => ({
  ...{ dirtied: Math.round((mbit * 1_000_000) / 32_768), tookNs: seconds(1), left },
});

test("rate rule: the documented defaults", () => {
  expect(new RateRule().settings).toEqual({
    ...{ minimum: mbps(100), maximum: mbps(500), increment: mbps(50), remainBytes: 262_144 },
  });
});

test("rate rule: 50 Mbit/s more than was written, no less than the minimum", () => {
  const rule = new RateRule();
  expect(rule.after(wrote(0))).toBe(mbps(100));
  expect(rule.after(wrote(26))).toBe(mbps(100));
  expect(rule.after(wrote(139))! / 1e6).toBeCloseTo(189, 1);
  expect(rule.after(wrote(449))! / 1e6).toBeCloseTo(499, 1);
});

test("rate rule: it ends above the maximum, and with less than 256 KiB left", () => {
  const rule = new RateRule();
  expect(rule.after(wrote(453))).toBeUndefined();
  expect(rule.after(wrote(26, 64))).toBe(mbps(100));
  expect(rule.after(wrote(26, 63))).toBeUndefined();
});

test("rate rule: what cannot be is refused", () => {
  const refused: unknown = expect.objectContaining({ code: "MIGRATION_OPTION" });
  expect(() => new RateRule({ minimum: mbps(2), maximum: mbps(1) })).toThrow(refused);
  expect(() => new RateRule({ minimum: 0 })).toThrow(refused);
  expect(() => new RateRule({ increment: -1 })).toThrow(refused);
  expect(() => new RateRule({ remainBytes: 0.5 })).toThrow(refused);
});

test("dirty rate: whole bits per second; of a round that took no time none", () => {
  expect(dirtyRate({ dirtied: 3, tookNs: ms(1) })).toBe(98_304_000);
  expect(dirtyRate({ dirtied: 3, tookNs: 0 })).toBe(0);
});
