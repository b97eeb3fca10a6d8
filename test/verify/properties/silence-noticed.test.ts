import { expect, test } from "vitest";
import { silenceNoticed } from "../../../src/verify/properties/silence-noticed.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

const of = { machine: "m", term: 1 };
const started = { kind: "protection.started", ...of, host: "a", secondary: "b" } as const;
const committed = { kind: "checkpoint.committed", ...of, host: "b", epoch: 1, pages: 1 } as const;
const suspected = {
  kind: "failure.suspected",
  ...of,
  host: "b",
  peer: "a",
  silentNs: 1,
} as const;
const host = (what: "crashed" | "paused" | "restarted" | "resumed", name: string) =>
  ({ kind: `host.${what}`, host: name }) as StandinRecord;
const other = { kind: "address.moved", address: "x", host: "c" } as const;

/** What the property says to a sequence of records with their times. */
function said(...sequence: readonly (readonly [number, StandinRecord])[]): string[] {
  const observe = silenceNoticed(100).observer();
  return sequence.flatMap(([atNs, record]) => observe(record, atNs) ?? []);
}

const guarded = [
  [0, started],
  [1, committed],
] as const;

test("silence: a long pause of the primary that nobody notices is reported, once", () => {
  const late = said(
    ...guarded,
    [10, host("paused", "a")],
    [110, other],
    [111, other],
    [112, other],
  );
  expect(late).toEqual(["b has not noticed for 101 ns that a, which serves m, stands still"]);
});

test.each([
  ["it is noticed", [[60, suspected]]],
  ["it ends in time", [[60, host("resumed", "a")]]],
  ["the primary crashes meanwhile", [[60, host("crashed", "a")]]],
  ["the secondary is dead", [[60, host("crashed", "b")]]],
  ["the secondary stands still, too", [[60, host("paused", "b")]]],
] as const)("silence: nothing is reported when %s", (_, then) => {
  expect(said(...guarded, [10, host("paused", "a")], ...then, [500, other])).toEqual([]);
});

test("silence: without a complete checkpoint there is nothing to stand in with", () => {
  expect(said([0, started], [10, host("paused", "a")], [500, other])).toEqual([]);
});

test("silence: a secondary that stood still is given the whole time from when it goes on", () => {
  const paused = [
    ...guarded,
    [10, host("paused", "a")],
    [20, host("paused", "b")],
    [300, host("resumed", "b")],
  ] as const;
  expect(said(...paused, [400, other])).toEqual([]);
  expect(said(...paused, [401, other])).toHaveLength(1);
});
