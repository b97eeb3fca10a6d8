import { expect, test } from "vitest";
import { pauseNs, transferNs } from "../../../src/host/epoch-cost.ts";
import { remus2008 } from "../../../src/host/profiles/remus2008.ts";
import { itIsAProfile } from "./profile-contract.ts";

itIsAProfile(remus2008);

/** Pages of the paper's 512 MB machine. */
const MEMORY_PAGES = 131_072;

// Remus (Cully et al., NSDI'08), the figure of checkpoint times: averages in milliseconds.
test.each([
  { dirtyPages: 1, suspendedMs: 0.59, transmittingMs: 0.6 },
  { dirtyPages: 256, suspendedMs: 1.59, transmittingMs: 13.7 },
  { dirtyPages: 1_024, suspendedMs: 4.37, transmittingMs: 56.6 },
])("remus2008: $dirtyPages dirty pages as in the paper, within 10 %", (row) => {
  const { dirtyPages, suspendedMs, transmittingMs } = row;
  const suspended = pauseNs(remus2008, { memoryPages: MEMORY_PAGES, dirtyPages }) / 1e6;
  const transmitting = transferNs(remus2008, dirtyPages) / 1e6;
  expect(suspended / suspendedMs).toBeGreaterThan(0.9);
  expect(suspended / suspendedMs).toBeLessThan(1.1);
  expect(transmitting / transmittingMs).toBeGreaterThan(0.9);
  expect(transmitting / transmittingMs).toBeLessThan(1.1);
});

test("remus2008: mapping a page costs as much as copying it", () => {
  expect(remus2008.copyPageNs).toBe(2 * remus2008.applyPageNs);
});

test("remus2008: the replication, not the pause, bounds the rate", () => {
  const transferring = transferNs(remus2008, 1_024);
  expect(transferring).toBeGreaterThan(
    10 * pauseNs(remus2008, { memoryPages: MEMORY_PAGES, dirtyPages: 1_024 }),
  );
});
