import fc from "fast-check";
import { expect, test } from "vitest";
import {
  BANDWIDTH_MAX,
  checkBandwidth,
  gbps,
  mbps,
  transmissionNs,
} from "../../src/host/bandwidth.ts";

test("bandwidth: units give whole bits per second", () => {
  expect(gbps(10)).toBe(10_000_000_000);
  expect(gbps(1.1)).toBe(1_100_000_000);
  expect(mbps(0.5)).toBe(500_000);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-10, 1e9])(
  "bandwidth: no %d",
  (count) => {
    expect(() => gbps(count)).toThrow(RangeError);
    expect(() => gbps(count)).toThrow(/expected a count .*, got/);
  },
);

test("bandwidth: a whole number of bits per second or an error with a code", () => {
  expect(() => checkBandwidth(1.5)).toThrow(expect.objectContaining({ code: "BANDWIDTH" }));
  expect(() => checkBandwidth(BANDWIDTH_MAX + 1)).toThrow(RangeError);
  expect(() => checkBandwidth(BANDWIDTH_MAX)).not.toThrow();
});

test("bandwidth: a page takes 3.3 us at 10 Gbit/s, rounded up", () => {
  expect(transmissionNs(4096, gbps(10))).toBe(3_277);
  expect(transmissionNs(0, gbps(10))).toBe(0);
  expect(transmissionNs(1, gbps(8))).toBe(1);
  expect(transmissionNs(1, BANDWIDTH_MAX)).toBe(1);
});

test("bandwidth: negative, fractional or unbounded sizes are refused", () => {
  for (const bytes of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => transmissionNs(bytes, gbps(1))).toThrow(expect.objectContaining({ code: "SIZE" }));
  }
});

test("bandwidth: exact for any size and speed", () => {
  const size = fc.integer({ min: 0, max: 5_000_000_000 });
  const speed = fc.oneof(
    fc.integer({ min: 1_000, max: 1_000_000 }),
    fc.integer({ min: 1_000_000, max: BANDWIDTH_MAX }),
  );
  fc.assert(
    fc.property(size, speed, (bytes, bitsPerSecond) => {
      const scaled = BigInt(bytes) * 8_000_000_000n;
      const exact = (scaled + BigInt(bitsPerSecond) - 1n) / BigInt(bitsPerSecond);
      fc.pre(exact < 2n ** 53n);
      expect(BigInt(transmissionNs(bytes, bitsPerSecond))).toBe(exact);
    }),
  );
});
