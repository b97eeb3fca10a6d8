import { expect, test } from "vitest";
import { pauseNs, transferNs } from "../../src/host/epoch-cost.ts";
import { modern } from "../../src/host/profiles/modern.ts";

test("epoch cost: the pause is the sum of its parts", () => {
  const profile = {
    ...modern,
    suspendNs: 1,
    epochFixedNs: 20,
    tlbInvalidateNs: 300,
    collectPageNs: 1_000,
    clearPageNs: 100_000,
    copyPageNs: 1_000_000,
    resumeNs: 50_000_000,
  };
  expect(pauseNs(profile, { memoryPages: 2, dirtyPages: 3 })).toBe(53_302_321);
  expect(pauseNs(profile, { memoryPages: 0, dirtyPages: 0 })).toBe(50_000_321);
});

test("epoch cost: a transfer is processor, wire and round trip", () => {
  const profile = {
    ...modern,
    transferFixedNs: 1,
    encodePageNs: 10,
    sendPageNs: 100,
    link: { latencyNs: 1_000_000, bandwidthBitsPerSecond: 8_000_000_000 },
  };
  expect(transferNs(profile, 2)).toBe(1 + 220 + 8_192 + 2_000_000);
});
