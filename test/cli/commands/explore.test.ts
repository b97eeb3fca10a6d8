// covers src/cli/commands/explore.ts, src/cli/explore-report.ts
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CommandIo } from "../../../src/cli/command-io.ts";
import { run } from "../../../src/cli/command-line.ts";
import type { ExploreReport, ReportedFinding } from "../../../src/cli/explore-report.ts";
import { runCase } from "../../../src/explore/run-case.ts";
import { parseRun } from "../../../src/explore/run-literal.ts";
import { standardProperties } from "../../../src/explore/standard-properties.ts";
import { counterScenario } from "../../../src/scenarios/counter.ts";
import { recordedIo } from "../recorded-io.ts";

const BUILT = new URL("../../../dist/index.js", import.meta.url);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-explore-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function standin(line: string, changes: Partial<CommandIo> = {}) {
  const io = recordedIo({ cwd: folder, ...changes });
  const code = await run(["explore", ...line.split(" ")], io);
  return { code, out: io.out(), err: io.err() };
}

const FEW_STEPS = "counter --every-step --steps 4 --host a --until 120ms --workers 1";
const BROKEN = "counter --break no-witness --workers 1";

test("explore: what holds is one line and exit code 0", async () => {
  const { code, out, err } = await standin(FEW_STEPS);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^counter holds: 4 runs of 4 of \d+ steps\n$/);
});

test("explore: what holds, as JSON", async () => {
  const { code, out } = await standin(`${FEW_STEPS} --json`);
  expect(code).toBe(0);
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(out)).toEqual({
    scenario: "counter",
    mode: "every-step",
    sweep: expect.stringMatching(/^4 of \d+ steps$/) as string,
    status: "holds",
    runs: 4,
    unsurvivable: 0,
    findings: [],
    missing: [],
  });
});

test("explore: a finding is shrunk, and told with the line that replays it", async () => {
  const { code, out, err } = await standin(BROKEN);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  const lines = out.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^counter does not hold: one-server at [\d.]+ ms$/);
  expect(lines[3]).toMatch(/^shrunk from 4 faults to 1 fault in \d+ runs$/);
  const [, literal] = /^replay: npx standin replay '(.*)'$/.exec(lines[4] ?? "") ?? [];
  const { run: found } = parseRun(literal ?? "");
  expect(found.plan.faults).toHaveLength(1);
  expect(found.options.broken).toEqual(["no-witness"]);
});

test("explore: a finding as JSON has everything, and its hashes are those of its runs", async () => {
  const { code, out } = await standin(`${BROKEN} --json`);
  expect(code).toBe(1);
  const report = JSON.parse(out) as ExploreReport;
  const keys = ["scenario", "mode", "sweep", "status", "runs", "unsurvivable", "findings"];
  expect(Object.keys(report)).toEqual([...keys, "missing"]);
  expect(report).toMatchObject({ status: "fails", runs: 1, missing: [] });
  const [finding] = report.findings as [ReportedFinding];
  if (finding.shrunk === null) throw new Error("expected a finding that was shrunk");
  expect(Object.keys(finding)).toEqual(["index", "failure", "run", "hash", "shrunk", "replay"]);
  expect(Object.keys(finding.failure)).toEqual(["kind", "name", "atNs", "detail"]);
  for (const { run: told, hash, failure } of [finding, finding.shrunk]) {
    const named = parseRun(JSON.stringify(told));
    expect(named.scenario).toBe("counter");
    const again = runCase(counterScenario, named.run, { properties: standardProperties });
    expect(again).toMatchObject({ hash, failure });
  }
  const [, literal] = /^npx standin replay '(.*)'$/.exec(finding.replay) ?? [];
  expect(parseRun(literal ?? "")).toEqual(parseRun(JSON.stringify(finding.shrunk.run)));
});

test("explore: --no-shrink leaves a finding as it was", async () => {
  const { out } = await standin(`${BROKEN} --no-shrink --json`);
  const [finding] = (JSON.parse(out) as ExploreReport).findings;
  expect(finding?.shrunk).toBeNull();
  const [, literal] = /'(.*)'$/.exec(finding?.replay ?? "") ?? [];
  expect(parseRun(literal ?? "").run.plan.faults).toHaveLength(4);
});

test("explore: the same on two workers", async (context) => {
  if (!existsSync(BUILT)) context.skip("dist/ is not built: npm run build");
  const line = "counter --break no-witness --json --workers";
  expect(await standin(`${line} 2`)).toEqual(await standin(`${line} 1`));
});

test("explore: a scenario of one's own is found again by its path", async (context) => {
  if (!existsSync(BUILT)) context.skip("dist/ is not built: npm run build");
  writeFileSync(
    join(folder, "mine.mjs"),
    `import { counterScenario } from "${BUILT.href}";
    export default { ...counterScenario, name: "mine" };`,
  );
  const { code, out } = await standin("./mine.mjs --break no-witness --workers 1");
  expect(code).toBe(1);
  expect(out).toMatch(/^mine does not hold: one-server/);
  expect(out).toContain(`replay: npx standin replay '{"scenario":"./mine.mjs"`);
});

test("explore: a worker that dies is exit code 70, and the run that it was making", async (context) => {
  if (!existsSync(BUILT)) context.skip("dist/ is not built: npm run build");
  writeFileSync(
    join(folder, "fragile.mjs"),
    `import { counterScenario } from "${BUILT.href}";
    export default { ...counterScenario, build(simulation, options) {
      if (simulation.engine.seed === 3) process.exit(4);
      counterScenario.build(simulation, options);
    } };`,
  );
  const { code, out, err } = await standin("./fragile.mjs --seeds 10 --workers 2");
  expect({ code, out }).toEqual({ code: 70, out: "" });
  expect(err).toMatch(/^standin explore: worker [12]: .* it ended in run 3: exit code 4\nreplay: /);
  const [, literal] = /'(.*)'\n$/.exec(err) ?? [];
  expect(parseRun(literal ?? "")).toMatchObject({ scenario: "./fragile.mjs", run: { seed: 3 } });
});

test("explore: progress on a terminal, and nothing of it left", async () => {
  const { err, out } = await standin(`${BROKEN} --json`, { isErrorTerminal: true });
  expect(err).toMatch(/\r1\/2000 runs, \d+ runs\/s, 1 findings/);
  expect(err).toMatch(/\rshrinking: \d+ runs, from 4 to \d faults/);
  expect(err).toMatch(/\r +\r$/);
  expect(() => JSON.parse(out) as unknown).not.toThrow();
});

test("explore: an interruption is exit code 130, and what was seen so far", async () => {
  const interruption = new AbortController();
  interruption.abort();
  const { signal } = interruption;
  const { code, out } = await standin("counter --workers 1", { signal });
  expect(code).toBe(130);
  expect(out).toBe(
    "counter: stopped after 0 runs of 2000 seeds from 1; nothing was found so far\n",
  );
  const asJson = await standin("counter --json", { signal });
  expect(asJson.code).toBe(130);
  expect(JSON.parse(asJson.out)).toMatchObject({ status: "aborted", runs: 0, findings: [] });
});

test.each([
  ["conuter", "SCENARIO: expected counter, kv, riscv-kv, "],
  ["counter --points --pairs", "got --points and --pairs"],
  ["counter --break gravity", "--break: expected one of release-at-stop, torn-apply, no-tlb-inva"],
  ["counter --points --host z", 'hosts: expected some of a, b, witness, got "z"'],
  ["counter --workers x", "--workers: expected a whole number from 1 to 256"],
])("explore: %s is exit code 2", async (line, message) => {
  const { code, out, err } = await standin(line);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^standin explore: .*\n\(standin explore --help says more\)\n$/);
  expect(err).toContain(message);
});
