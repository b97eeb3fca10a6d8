import { expect, test } from "vitest";
import { ClusterNarrator } from "../../src/report/cluster-narrator.ts";
import { Journal } from "../../src/report/journal.ts";
import { ms } from "../../src/sim/time.ts";
import { failoverRecords, type Timed } from "./feed.ts";

function told(records: readonly Timed[]): string[] {
  const journal = new Journal();
  const narrator = new ClusterNarrator(journal);
  for (const [atNs, record] of records) narrator.record(atNs, record);
  return journal.entries.map((entry) =>
    entry.type === "event" ? `${entry.mark} ${entry.text}` : "",
  );
}

const onA = { machine: "m", host: "a", term: 2 };
const released = (atNs: number, isProtected: boolean): Timed => [
  atNs,
  { kind: "output.released", bytes: 8, protected: isProtected, epoch: 3, ...onA },
];
const discarded = (atNs: number): Timed => [
  atNs,
  { kind: "output.discarded", bytes: 8, reason: "fenced", epoch: 3, ...onA },
];

test("cluster narrator: a failover from beginning to end", () => {
  expect(told(failoverRecords())).toEqual([
    "· a runs m; b is to stand in for it",
    "? b suspects a: no sign of life for 100.00 ms",
    "· b asks the witness for term 2",
    "✓ the witness gives term 2 to b",
    "· b stands in for m, in the state of epoch 2",
    "· b throws away what it has of an unfinished checkpoint: 1 group of pages",
    "✓ b serves m, 102.86 ms after the failure",
    "· clients find m on b now",
    "✓ first reply since: request 2 of client 1, after 104.00 ms",
  ]);
});

test("cluster narrator: only the first reply, and only after a failover, is news", () => {
  const reply = failoverRecords().at(-1);
  if (reply === undefined) throw new Error("the records end with a reply");
  expect(told([reply])).toEqual([]);
  const twice = told([...failoverRecords(), reply]);
  expect(twice.filter((text) => text.includes("first reply"))).toHaveLength(1);
});

test("cluster narrator: an address that is made is no news, one that moves is", () => {
  expect(told([[0, { kind: "address.moved", address: "m", host: "a" }]])).toEqual([]);
});

test("cluster narrator: a primary that goes on alone lets go what it held at that moment", () => {
  const lost: Timed = [ms(5), { kind: "protection.lost", reason: "secondary silent", ...onA }];
  const records = [lost, released(ms(5), false), released(ms(5), false), released(ms(6), false)];
  expect(told(records)).toEqual([
    "! a serves m alone, unprotected: secondary silent; 2 held packets leave",
  ]);
  expect(told([lost])).toEqual(["! a serves m alone, unprotected: secondary silent"]);
  expect(told([lost, released(ms(5), true)])).toEqual(told([lost]));
});

test("cluster narrator: a fenced host loses what it held", () => {
  const fenced: Timed = [ms(5), { kind: "machine.fenced", ...onA }];
  const refused: Timed = [ms(4), { kind: "witness.refused", held: 2, ...onA }];
  expect(told([refused, fenced, discarded(ms(5))])).toEqual([
    "✗ the witness refuses term 2 to a: term 2 is given",
    "✗ a is fenced and answers nobody any more; 1 held packet is lost",
  ]);
});

test("cluster narrator: a stand-by that gives up says why", () => {
  const records: Timed[] = [[1, { kind: "stand-by.abandoned", reason: "no checkpoint", ...onA }]];
  expect(told(records)).toEqual(["! a stands by no longer: no checkpoint"]);
});

test("cluster narrator: power that is cut, and paths that fall silent", () => {
  const onB = { machine: "m", host: "b", term: 2 };
  const installed = { fence: "power", mustConfirm: true, machine: "m", host: "a", term: 1 };
  expect(
    told([
      [0, { kind: "path.silent", peer: "a", path: "link", ...onB }],
      [1, { kind: "path.heard", peer: "a", path: "link", ...onB }],
      [2, { kind: "failure.suspected", peer: "a", silentNs: ms(300), hangs: true, ...onB }],
      [3, { kind: "power.ordered", peer: "a", ...onB }],
      [4, { kind: "power.cut", by: "b", ...onB, host: "a" }],
      [5, { kind: "power.confirmed", peer: "a", ...onB }],
      [6, { kind: "power.unconfirmed", peer: "a", ...onB }],
      [7, { kind: "fence.installed", decider: "nobody", ...installed }],
      [8, { kind: "term.requested", ...onB }],
      [9, { kind: "fence.installed", decider: "array", ...installed }],
      [10, { kind: "term.requested", ...onB }],
      [11, { kind: "witness.refused", held: 2, ...onB }],
    ]),
  ).toEqual([
    '? b hears a no more on the path "link"',
    '? b hears a again on the path "link"',
    "? b suspects a: its replication is silent for 300.00 ms",
    "· b has the power of a cut, and waits for the confirmation",
    "✗ a has no power any more, by order of b",
    "✓ b knows that a is off",
    "! nobody confirms to b that a is off: the witness's word is enough",
    "· b wants to serve in term 2",
    "· b asks the array for term 2",
    "✗ the array refuses term 2 to b: term 2 is given",
  ]);
});

test("cluster narrator: the start of protection, or that it came to nothing", () => {
  const records: Timed[] = [
    [1, { kind: "start.requested", secondary: "b", ...onA }],
    [2, { kind: "start.entered", pauseNs: 74_000, ...onA }],
    [3, { kind: "start.mirrored", secondary: "b", ...onA }],
    [4, { kind: "start.cancelled", reason: "b does not answer", ...onA }],
  ];
  expect(told(records)).toEqual([
    "· m, which runs on the bare host a, is to be protected",
    "· m goes on as the guest of a monitor, after it stood still for 74.0 us",
    "✓ b has all of m",
    "! m runs on the bare host a again: b does not answer",
  ]);
});
