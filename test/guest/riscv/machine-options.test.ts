import { expect, test } from "vitest";
import { expectClock, expectHarts, expectRam } from "../../../src/guest/riscv/machine-options.ts";
import { thrownCode } from "./thrown-code.ts";

test("machine options: whole pages from 64 KiB to 1 GiB of memory", () => {
  expect(expectRam()).toEqual({ address: 0x8000_0000, sizeBytes: 32 << 20 });
  expect([expectRam(65_536), expectRam(1 << 30)].map(({ sizeBytes }) => sizeBytes)).toEqual([
    65_536,
    1 << 30,
  ]);
  for (const bytes of [0, 61_440, 65_537, 2 ** 30 + 4096, -4096, Number.NaN, Infinity]) {
    expect(
      thrownCode(() => expectRam(bytes)),
      `${bytes} bytes`,
    ).toBe("MEMORY_BYTES");
  }
});

test("machine options: one or two harts", () => {
  expect([expectHarts(), expectHarts(1), expectHarts(2)]).toEqual([1, 1, 2]);
  for (const harts of [0, 3, 1.5, Number.NaN]) {
    expect(thrownCode(() => expectHarts(harts))).toBe("HARTS");
  }
});

test("machine options: ten megahertz from ticks of ten nanoseconds, or what is asked for", () => {
  expect(expectClock()).toEqual({ nsPerTick: 10, ticksPerTimebase: 10, timebaseHz: 10_000_000 });
  expect(expectClock(1, 1).timebaseHz).toBe(1_000_000_000);
  expect(expectClock(7, 3).timebaseHz).toBe(47_619_047);
  expect(expectClock(1_000_000_000, 1).timebaseHz).toBe(1);
  for (const [ns, ticks] of [
    [0, 1],
    [1, 0],
    [0.5, 1],
    [1, 1.5],
    [1_000_000_000, 2],
    [Number.NaN, 1],
  ] as const) {
    expect(
      thrownCode(() => expectClock(ns, ticks)),
      `${ns} ${ticks}`,
    ).toBe("TIMEBASE");
  }
});
