// covers src/report/timeline.ts, src/report/timeline-text.ts, src/report/epoch-row.ts, src/report/run-text.ts, src/report/style.ts
import { expect, test } from "vitest";
import { Metrics } from "../../src/report/metrics.ts";
import { runReport } from "../../src/report/run-report.ts";
import { runText } from "../../src/report/run-text.ts";
import { LINE_WIDTH_MAX, type Style } from "../../src/report/style.ts";
import { Timeline } from "../../src/report/timeline.ts";
import { TIMELINE_LINES_MAX } from "../../src/report/timeline-text.ts";
import { ms } from "../../src/sim/time.ts";
import { epochRecords, failoverRecords, feed, type Timed, usualEpochs } from "./feed.ts";

const facts = {
  scenario: "counter",
  seed: 7,
  runHash: "0123456789abcdef",
  virtualTimeNs: ms(200),
  events: 1_234,
  lost: 0,
  duplicated: 0,
  checked: ["output-commit", "one-server"],
  violations: [],
};

test("timeline: a failover, as a person reads it", () => {
  const timeline = feed(new Timeline(), failoverRecords());
  const report = runReport(feed(new Metrics(), failoverRecords()), facts);
  expect(runText(report, timeline)).toBe(`counter, seed 7, 200 ms

      time  epoch   stopped  pages     bytes  held  committed   released
  0.000 ms  · a runs m; b is to stand in for it
  0.500 ms      1  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms
 25.500 ms      2  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms
 50.000 ms      3  0.050 ms      3  12.0 KiB     1      never      never
 50.140 ms  ✗ a crashes in the middle of epoch 3: 3 of 3 pages sent, no commit record
148.000 ms  ? b suspects a: no sign of life for 100.00 ms
148.000 ms  · b asks the witness for term 2
148.050 ms  ✓ the witness gives term 2 to b
148.100 ms  · b stands in for m, in the state of epoch 2
148.100 ms  · b throws away what it has of an unfinished checkpoint: 1 group of pages
151.000 ms  · client 1 has waited long enough: 1 request sent again
153.000 ms  ✓ b serves m, 102.86 ms after the failure
154.000 ms  · clients find m on b now
155.000 ms  ✓ first reply since: request 2 of client 1, after 104.00 ms

replies ≤ 1                   █                                                   █
slowest ≤ 104.00 ms           ▂                                                   █
                                        ✗                                        ▲
                    0                                                                         200 ms

requests    2 made, 2 acknowledged, 0 lost, 0 duplicated
latency     median 20.00 ms   p99 104.00 ms  longest 104.00 ms
checkpoints 3 started, 2 committed, 1 aborted; 6 pages, 24.2 KiB
stopped     median 50.0 us    p99 50.0 us    longest 50.0 us
failover    a to b, on from epoch 2, away for 102.86 ms: 97.86 ms to notice, 5.00 ms to stand in
invariants  ✓ output-commit   ✓ one-server
run         0123456789abcdef, 1,234 events in 200 ms of virtual time
`);
});

test("timeline: epochs like their neighbours are folded into one line", () => {
  expect(feed(new Timeline(), usualEpochs(100)).lines()).toEqual([
    "        time  epoch   stopped  pages     bytes  held  committed   released",
    "    0.500 ms      1  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms",
    "   25.500 ms      2  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms",
    "   50.500 ms      3  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms",
    "              … 95 more epochs, stopped 50.0 us, 3 pages, committed after 150.0 us, 95 held",
    "2,450.500 ms     99  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms",
    "2,475.500 ms    100  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms",
  ]);
});

test("timeline: an epoch in every state of the end of a run", () => {
  const refused: Timed = [
    ms(60),
    { kind: "checkpoint.aborted", reason: "refused", machine: "m", host: "a", term: 1, epoch: 2 },
  ];
  const records = [...epochRecords(1, ms(30)), ...epochRecords(2, ms(55), "sent"), refused];
  expect(feed(new Timeline(), records).lines()).toEqual([
    "     time  epoch   stopped  pages     bytes  held  committed   released",
    "30.000 ms      1  0.050 ms      3  12.1 KiB     1  +0.150 ms  +0.200 ms",
    "55.000 ms      2  0.050 ms      3  12.0 KiB     1    not yet    not yet  refused once",
  ]);
  const begun = feed(new Timeline(), epochRecords(1, ms(30), "started"));
  expect(begun.lines()[1]).toMatch(/ 1 +– +– +– +1 +not yet +not yet$/);
});

test("timeline: several machines are told apart", () => {
  const other = usualEpochs(2).map(([atNs, record]): Timed => {
    return [atNs, "machine" in record ? { ...record, machine: "the other one" } : record];
  });
  const records = [...usualEpochs(2), ...other].sort(([one], [two]) => one - two);
  const lines = feed(new Timeline(), records).lines();
  expect(lines.filter((line) => line.endsWith("  m"))).toHaveLength(2);
  expect(lines.filter((line) => line.endsWith("  the other one"))).toHaveLength(2);
});

test("timeline: no line is too wide, and the number of lines is bounded", () => {
  const long = "h".repeat(80);
  const records = Array.from({ length: 1_000 }, (_, index): Timed[] => [
    [ms(index), { kind: "host.paused", host: long }],
    [ms(index), { kind: "host.resumed", host: long }],
    [
      ms(index),
      { kind: "failure.suspected", machine: long, host: long, term: 1, peer: long, silentNs: 7 },
    ],
    [ms(index), { kind: "witness.refused", machine: long, host: long, term: 99_999, held: 99_999 }],
    [ms(index), { kind: "protection.lost", machine: long, host: long, term: 1, reason: long }],
  ]).flat();
  const lines = feed(new Timeline(), records).lines();
  expect(lines).toHaveLength(TIMELINE_LINES_MAX + 1);
  expect(lines[200]).toMatch(/… 4,700 lines left out/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(LINE_WIDTH_MAX);
});

test("timeline: what a style adds moves nothing", () => {
  const marked: Style = (tone, text) => `<${tone}>${text}</${tone}>`;
  const timeline = feed(new Timeline(), failoverRecords());
  const stripped = timeline.lines(marked).map((line) => line.replace(/<[^>]*>/g, ""));
  expect(stripped).toEqual(timeline.lines());
  expect(timeline.lines(marked).join("\n")).toContain("<bad>✗</bad>");
});

test("timeline: a run in which nothing happened has no lines", () => {
  expect(new Timeline().lines()).toEqual([]);
  expect(new Timeline().picture(ms(5))).toEqual([]);
});

test("timeline: what a check has found stands among what happened", () => {
  const timeline = feed(new Timeline(), failoverRecords());
  timeline.found(ms(151), "one-server");
  const lines = timeline.lines();
  const at = lines.indexOf("151.000 ms  ✗ one-server");
  expect(lines[at - 1]).toContain("client 1 has waited long enough");
  expect(lines[at + 1]).toContain("b serves m");
});
