import { expect, test } from "vitest";
import { PlacedApart } from "../../../src/verify/invariants/placed-apart.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

/** What is wrong with each of some records, after three hosts came under a coordinator. */
function observed(...records: readonly StandinRecord[]): (string | undefined)[] {
  const invariant = new PlacedApart();
  for (const [host, domain] of [
    ["a", "rack 1"],
    ["b", "rack 2"],
    ["c", "rack 1"],
  ] as const) {
    invariant.observe({ kind: "coordinator.host", host, domain, memoryBytes: 100 });
  }
  return records.map((record) => invariant.observe(record));
}

const started = { kind: "protection.started", machine: "m", host: "a", term: 1 } as const;
const placed = { kind: "machine.placed", machine: "m", host: "a", memoryBytes: 60 } as const;
const booted = { ...placed, kind: "stand-by.booted", term: 1, primary: "b" } as const;

test("placed apart: copies of two racks, or of hosts that nobody looks after", () => {
  expect(
    observed(
      { ...started, secondary: "b" },
      { ...started, secondary: "x" },
      { ...started, host: "x", secondary: "c" },
    ),
  ).toEqual([undefined, undefined, undefined]);
});

test("placed apart: two copies in one rack are told of", () => {
  expect(observed({ ...started, secondary: "c" })).toEqual([
    "both copies of m are in rack 1, on a and c",
  ]);
});

test("placed apart: a host that has more than it has memory for is told of", () => {
  expect(
    observed(placed, { ...booted, machine: "n" }, { ...booted, machine: "n", host: "b" }),
  ).toEqual([undefined, "a has parts of 120 B with n, and memory for 100 B", undefined]);
});

test("placed apart: what is removed, or lost with its host, takes no room", () => {
  const removed = { kind: "machine.removed", machine: "m", host: "a", term: 1 } as const;
  expect(observed(placed, removed, { ...booted, machine: "n" })).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const crashed = { kind: "host.crashed", host: "a" } as const;
  expect(observed(placed, crashed, { ...booted, machine: "n" })).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
