import { expect, test } from "vitest";
import { FaultHistory } from "../../src/report/fault-history.ts";
import type { Timed } from "./feed.ts";

function history(records: readonly Timed[]): FaultHistory {
  const faults = new FaultHistory();
  for (const [atNs, record] of records) faults.record(atNs, record);
  return faults;
}

const crashed = (atNs: number): Timed => [atNs, { kind: "host.crashed", host: "a" }];
const restarted = (atNs: number): Timed => [atNs, { kind: "host.restarted", host: "a" }];
const paused = (atNs: number): Timed => [atNs, { kind: "host.paused", host: "a" }];
const resumed = (atNs: number): Timed => [atNs, { kind: "host.resumed", host: "a" }];
const cut = (atNs: number, from: string, to: string): Timed => [
  atNs,
  { kind: "link.partitioned", from, to },
];

test("fault history: nothing failed, so silence has no cause", () => {
  expect(history([]).causeOfSilence("a", "b", 0, 100)).toBeNull();
});

test("fault history: a crash, a pause and a cut way are causes", () => {
  for (const fault of [crashed(40), paused(40), cut(40, "a", "b")]) {
    expect(history([fault]).causeOfSilence("a", "b", 50, 150)).toBe(40);
  }
});

test("fault history: what happens to others, or to the other direction, is none", () => {
  const faults = history([
    cut(40, "b", "a"),
    cut(40, "a", "c"),
    [40, { kind: "host.crashed", host: "c" }],
  ]);
  expect(faults.causeOfSilence("a", "b", 50, 150)).toBeNull();
});

test("fault history: what was over before the silence began is no cause", () => {
  const faults = history([paused(10), resumed(20), crashed(60)]);
  expect(faults.causeOfSilence("a", "b", 50, 150)).toBe(60);
  expect(history([crashed(10), restarted(20)]).causeOfSilence("a", "b", 50, 150)).toBeNull();
});

test("fault history: of several causes the first one counts", () => {
  expect(history([cut(30, "a", "b"), crashed(60)]).causeOfSilence("a", "b", 50, 150)).toBe(30);
});

test("fault history: what begins after the silence is no cause", () => {
  expect(history([crashed(200)]).causeOfSilence("a", "b", 50, 150)).toBeNull();
});

test("fault history: a crash ends a pause, and a crash twice is one", () => {
  const faults = history([paused(10), crashed(20), crashed(25), restarted(30), resumed(35)]);
  expect(faults.causeOfSilence("a", "b", 31, 100)).toBeNull();
  expect(faults.causeOfSilence("a", "b", 26, 100)).toBe(20);
});
