import { expect, test } from "vitest";
import { Metrics } from "../../src/report/metrics.ts";
import { type RunFacts, runReport } from "../../src/report/run-report.ts";
import { ms } from "../../src/sim/time.ts";
import { failoverRecords, feed } from "./feed.ts";

const facts: RunFacts = {
  scenario: "counter",
  seed: 7,
  runHash: "0123456789abcdef",
  virtualTimeNs: ms(200),
  events: 1_234,
  lost: 0,
  duplicated: 0,
  checked: ["output-commit", "one-server"],
  violations: [{ name: "one-server", atNs: 5, detail: "two of them" }],
};

test("run report: one plain object, its keys in a fixed order", () => {
  const report = runReport(feed(new Metrics(), failoverRecords()), facts);
  const keys = (value: object): string[] => Object.keys(value);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(keys(report)).toEqual([
    "scenario",
    "seed",
    "runHash",
    "virtualTimeNs",
    "events",
    "clients",
    "checkpoints",
    "failovers",
    "invariants",
  ]);
  expect(keys(report.clients)).toEqual([
    "issued",
    "acknowledged",
    "lost",
    "duplicated",
    "latencyNs",
  ]);
  expect(keys(report.clients.latencyNs)).toEqual(["p50", "p99", "max"]);
  expect(keys(report.checkpoints)).toEqual([
    "started",
    "committed",
    "aborted",
    "pages",
    "bytes",
    "pauseNs",
  ]);
  expect(keys(report.failovers[0] ?? {})).toEqual([
    "crashedAtNs",
    "detectedAtNs",
    "servingAtNs",
    "from",
    "to",
    "epoch",
  ]);
  expect(report.invariants).toEqual({ checked: facts.checked, violations: facts.violations });
});
