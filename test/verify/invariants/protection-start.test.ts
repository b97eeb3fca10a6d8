import { expect, test } from "vitest";
import { ProtectionStart } from "../../../src/verify/invariants/protection-start.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

const OF = { machine: "m", host: "a", term: 1 } as const;
const placed = (after: string): StandinRecord => ({
  kind: "start.tables-placed",
  pages: 22,
  before: "x",
  after,
  ...OF,
});
const brownout: StandinRecord = { kind: "start.brownout", secondary: "b", ...OF };
const mirrored: StandinRecord = { kind: "start.mirrored", secondary: "b", ...OF };
const committed = (host: string, term = 1, machine = "m"): StandinRecord => ({
  kind: "checkpoint.committed",
  pages: 1,
  epoch: 1,
  machine,
  host,
  term,
});

function observe(...records: readonly StandinRecord[]): (string | undefined)[] {
  const invariant = new ProtectionStart();
  return records.map((record) => invariant.observe(record));
}

test("protection-start: a monitor that is put below a machine changes nothing of it", () => {
  expect(observe(placed("x"))).toEqual([undefined]);
  expect(observe(placed("y"))).toEqual([
    "putting a monitor below m on a has changed its memory from x to y",
  ]);
});

test("protection-start: mirrored is what the secondary has committed", () => {
  expect(observe(brownout, committed("b"), mirrored)).toEqual([undefined, undefined, undefined]);
  const early = "a takes m to be mirrored; b has committed no checkpoint of it";
  expect(observe(brownout, mirrored)[1]).toBe(early);
  expect(observe(brownout, committed("c"), mirrored)[2]).toBe(early);
  expect(observe(brownout, committed("b", 2), mirrored)[2]).toBe(early);
  expect(observe(brownout, committed("b", 1, "n"), mirrored)[2]).toBe(early);
  expect(observe(mirrored)[0]).toContain("no secondary has committed");
});

test("protection-start: other records say nothing of it", () => {
  expect(observe({ kind: "host.crashed", host: "a" })).toEqual([undefined]);
});
