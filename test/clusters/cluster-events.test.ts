import { expect, test } from "vitest";
import { ClusterEvents } from "../../src/clusters/cluster-events.ts";
import type { TraceRecord } from "../../src/sim/trace.ts";

const told = (records: readonly Record<string, string>[], most = 100): ClusterEvents => {
  const events = new ClusterEvents(most);
  for (const [index, record] of records.entries()) {
    events.record(index, index, record as unknown as TraceRecord);
  }
  return events;
};

test("cluster events: what an operator would be told, and nothing else", () => {
  const { events, count } = told([
    { kind: "host.crashed", host: "a" },
    { kind: "host.restarted", host: "a" },
    { kind: "host.paused", host: "a" },
    { kind: "host.resumed", host: "a" },
    { kind: "link.partitioned", from: "a", to: "b" },
    { kind: "link.healed", from: "a", to: "b" },
    { kind: "failover.serving", machine: "m", host: "b", from: "a" },
    { kind: "protection.lost", machine: "m", host: "b", reason: "secondary lost" },
    { kind: "protection.started", machine: "m", host: "b", secondary: "c" },
    { kind: "handover.started", machine: "m", host: "b", secondary: "c" },
    { kind: "machine.fenced", machine: "m", host: "b" },
    { kind: "placement.none", machine: "m", host: "b" },
    { kind: "maintenance.started", host: "c" },
    { kind: "host.evacuated", host: "c" },
    { kind: "maintenance.ended", host: "c" },
    { kind: "operation.done", operation: "dismiss", about: "m", refusal: "runs alone" },
    { kind: "operation.done", operation: "dismiss", about: "m", refusal: "" },
    { kind: "checkpoint.committed", machine: "m" },
  ]);
  expect(events.map(({ mark, text }) => `${mark} ${text}`)).toEqual([
    "✗ a loses power",
    "· a has power again",
    "! a keeps still",
    "· a goes on",
    "✗ nothing of a reaches b",
    "· what a sends reaches b again",
    "✓ m is served by b in the place of a",
    "! m on b has no second copy: secondary lost",
    "· m on b gets a second copy on c",
    "· m is handed over by b to c",
    "✗ m on b is fenced: another host serves it",
    "! there is no host for a second copy of m",
    "· c is to be left empty",
    "✓ c is empty",
    "· c may be used again",
    "! dismiss m refused: runs alone",
  ]);
  expect(events.map(({ atNs }) => atNs)).toEqual(events.map((_, index) => index));
  expect(count).toBe(16);
});

test("cluster events: the first ones are kept, the rest is counted", () => {
  const crashes = ["a", "b", "c"].map((host) => ({ kind: "host.crashed", host }));
  const { events, count } = told(crashes, 2);
  expect([events.map(({ text }) => text), count]).toEqual([["a loses power", "b loses power"], 3]);
  expect(told(crashes, 0)).toMatchObject({ events: [], count: 3 });
});
