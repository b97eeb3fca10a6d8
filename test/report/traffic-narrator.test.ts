import { expect, test } from "vitest";
import { Journal } from "../../src/report/journal.ts";
import { TrafficNarrator } from "../../src/report/traffic-narrator.ts";
import { ms } from "../../src/sim/time.ts";
import type { Timed } from "./feed.ts";

function told(records: readonly Timed[]): string[] {
  const journal = new Journal();
  const narrator = new TrafficNarrator(journal);
  for (const [atNs, record] of records) narrator.record(atNs, record);
  return journal.entries.map((entry) =>
    entry.type === "event" ? `${entry.mark} ${entry.text}` : "",
  );
}

const onA = { machine: "m", host: "a", term: 1, epoch: 1 };
const request = { client: "client 1", machine: "m" };

test("traffic narrator: rounds of the first copy add up", () => {
  expect(
    told([
      [0, { kind: "synchronisation.started", ...onA }],
      [1, { kind: "synchronisation.round", round: 1, pages: 2_000, ...onA }],
      [ms(9), { kind: "synchronisation.round", round: 2, pages: 48, ...onA }],
    ]),
  ).toEqual(["· first copy of m, while it runs: 2,048 pages in 2 rounds"]);
});

test("traffic narrator: what is sent twice is counted", () => {
  const of = { from: "a", to: "b", port: "m" };
  expect(
    told([
      [1, { kind: "request.retried", number: 4, attempt: 2, ...request }],
      [2, { kind: "request.retried", number: 5, attempt: 2, ...request }],
      [3, { kind: "reply.repeated", number: 4, ...request }],
      [4, { kind: "stream.retransmitted", segment: 1, ...of }],
      [5, { kind: "stream.retransmitted", segment: 2, ...of }],
      [6, { kind: "stream.retransmitted", segment: 2, from: "b", to: "a", port: "m" }],
      [7, { kind: "stream.rejected", host: "b", port: "m", reason: "check value" }],
    ]),
  ).toEqual([
    "· client 1 has waited long enough: 2 requests sent again",
    "· client 1: 1 reply heard twice",
    "· a to b: 2 segments sent again",
    "· b to a: 1 segment sent again",
    "· b: 1 segment refused (check value)",
  ]);
});

test("traffic narrator: a refused checkpoint says why", () => {
  const records: Timed[] = [
    [1, { kind: "checkpoint.rejected", reason: "missing group", ...onA, host: "b" }],
  ];
  expect(told(records)).toEqual(["! b refuses epoch 1 whole: missing group"]);
});

test("traffic narrator: a request for missing groups says how many", () => {
  const records: Timed[] = [[1, { kind: "groups.missing", groups: 3, ...onA, host: "b" }]];
  expect(told(records)).toEqual(["! b asks again for 3 groups of pages of epoch 1"]);
});
