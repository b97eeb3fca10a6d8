import { describe, expect, test } from "vitest";
import { checkBandwidth } from "../../../src/host/bandwidth.ts";
import type { HardwareProfile } from "../../../src/host/hardware-profile.ts";

/** What holds for every profile. */
export function itIsAProfile(profile: HardwareProfile): void {
  const { name, description, sources, ...costs } = profile;

  describe(`${name}: as a profile`, () => {
    test("profile: every cost has a source and every source a cost", () => {
      expect(Object.keys(sources)).toEqual(Object.keys(costs));
      for (const source of Object.values(sources)) expect(source).not.toBe("");
    });

    test("profile: costs are whole and not negative", () => {
      for (const cost of Object.values(costs)) {
        if (typeof cost !== "number") continue;
        expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true);
      }
    });

    test("profile: cables have a latency and a bandwidth", () => {
      for (const cable of [profile.link, profile.clientLink]) {
        expect(Number.isSafeInteger(cable.latencyNs) && cable.latencyNs > 0).toBe(true);
        expect(() => checkBandwidth(cable.bandwidthBitsPerSecond)).not.toThrow();
      }
    });

    test("profile: it says what it is", () => {
      expect(name).toMatch(/^[a-z0-9]+$/);
      expect(description.length).toBeGreaterThan(20);
    });
  });
}
