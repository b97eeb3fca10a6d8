// covers src/cli/commands/shrink.ts, src/cli/shrink-in-slices.ts
import { expect, test } from "vitest";
import type { CommandIo } from "../../../src/cli/command-io.ts";
import { run } from "../../../src/cli/command-line.ts";
import { explore } from "../../../src/explore/explore.ts";
import { runCase } from "../../../src/explore/run-case.ts";
import { formatRun, parseRun } from "../../../src/explore/run-literal.ts";
import { shrink } from "../../../src/explore/shrink.ts";
import { standardProperties } from "../../../src/explore/standard-properties.ts";
import { counterScenario } from "../../../src/scenarios/counter.ts";
import { recordedIo } from "../recorded-io.ts";

const judge = { properties: standardProperties };
const options = { mode: "swarm", scenario: { broken: ["no-witness"] } } as const;
const found = explore(counterScenario, options);
if (found.status !== "fails") throw new Error("expected a finding");
const [finding] = found.findings as [(typeof found.findings)[0]];
const LITERAL = formatRun({ scenario: "counter", run: finding.run });

async function standin(args: readonly string[], changes: Partial<CommandIo> = {}) {
  const io = recordedIo(changes);
  const code = await run(["shrink", ...args], io);
  return { code, out: io.out(), err: io.err() };
}

test("shrink: what is left fails in the same way, and a line replays it", async () => {
  const { code, out, err } = await standin([LITERAL]);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  const lines = out.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^counter does not hold: one-server at /);
  expect(lines[2]).toMatch(/^shrunk from 4 faults to 1 fault in \d+ runs:$/);
  expect(lines[3]).toMatch(/^ {2}crash of a at /);
  const [, literal] = /^replay: npx standin replay '(.*)'$/.exec(lines[4] ?? "") ?? [];
  const { run: small } = parseRun(literal ?? "");
  const { run: expected } = shrink(counterScenario, finding.run, finding.failure, judge);
  expect(small).toEqual(expected);
});

test("shrink: as JSON, with the hash of what is left", async () => {
  const { code, out } = await standin([LITERAL, "--json"]);
  expect(code).toBe(1);
  const report = JSON.parse(out) as { run: object; hash: string; failure: object };
  const keys = ["scenario", "verdict", "failure", "run", "hash", "runs", "replay"];
  expect(Object.keys(report)).toEqual(keys);
  const again = runCase(counterScenario, parseRun(JSON.stringify(report.run)).run, judge);
  expect(again).toMatchObject({ hash: report.hash, failure: report.failure });
});

test("shrink: --max-runs bounds the search", async () => {
  const { code, out } = await standin([LITERAL, "--json", "--max-runs", "3"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ runs: 3 });
});

test("shrink: a run that holds has nothing to shrink", async () => {
  const { broken: _defect, ...whole } = finding.run.options;
  const literal = formatRun({ scenario: "counter", run: { ...finding.run, options: whole } });
  const { code, out } = await standin([literal]);
  expect({ code, out }).toEqual({
    code: 0,
    out: "counter holds in this run: nothing to shrink\n",
  });
  const asJson = await standin([literal, "--json"]);
  expect(JSON.parse(asJson.out)).toMatchObject({ scenario: "counter", verdict: "holds" });
});

test("shrink: interrupted, it gives what it has", async () => {
  const interruption = new AbortController();
  interruption.abort();
  const { code, out } = await standin([LITERAL, "--json"], { signal: interruption.signal });
  expect(code).toBe(130);
  expect(JSON.parse(out)).toMatchObject({ verdict: "fails", runs: 1 });
});

test("shrink: progress on a terminal, and nothing of it left", async () => {
  const { err } = await standin([LITERAL], { isErrorTerminal: true });
  expect(err).toMatch(/^\rshrinking: 1 runs, from 4 to \d faults/);
  expect(err).toMatch(/\r +\r$/);
});

test.each([
  [[], "FILE|LITERAL: expected one, got none"],
  [["none.json"], 'FILE: expected a file that can be read, got "none.json" (ENOENT)'],
  [["{"], 'run: expected whole JSON, got "{"'],
  [[LITERAL, "--max-runs", "0"], '--max-runs: expected a whole number from 1 to 1000000, got "0"'],
])("shrink: %j is exit code 2", async (args, message) => {
  const { code, out, err } = await standin(args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toBe(`standin shrink: ${message}\n(standin shrink --help says more)\n`);
});
