// covers src/cli/commands/replay.ts, src/cli/standard-judge.ts
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CommandIo } from "../../../src/cli/command-io.ts";
import { run } from "../../../src/cli/command-line.ts";
import { explore } from "../../../src/explore/explore.ts";
import { formatRun } from "../../../src/explore/run-literal.ts";
import { validateChromeTrace } from "../../../src/report/chrome-trace-validator.ts";
import { counterScenario } from "../../../src/scenarios/counter.ts";
import { ms } from "../../../src/sim/time.ts";
import { recordedIo } from "../recorded-io.ts";

const BIN = fileURLToPath(new URL("../../../dist/cli/bin.js", import.meta.url));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-replay-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function standin(args: readonly string[], changes: Partial<CommandIo> = {}) {
  const io = recordedIo({ cwd: folder, ...changes });
  const code = await run(["replay", ...args], io);
  return { code, out: io.out(), err: io.err() };
}

/** A crash of the primary, with or without the defect that makes it matter. */
function crash(broken: readonly ["no-witness"] | readonly [] = []): string {
  return formatRun({
    scenario: "counter",
    run: {
      seed: 1,
      untilNs: ms(400),
      options: { client: { requests: 40 }, broken },
      plan: { version: 1, faults: [{ kind: "crash", host: "a", at: { atNs: ms(200) } }] },
    },
  });
}

test("replay: a run that fails, with its faults, its timeline and its hash", async () => {
  const { code, out, err } = await standin([crash(["no-witness"])]);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  for (const part of [
    /^counter does not hold: one-server at 295\.\d+ ms\n {2}b serves for counter in term 2; /,
    /^seed 1, faults within 400 ms:\n {2}crash of a at 200 ms$/m,
    /^ *200\.000 ms {2}✗ a crashes/m,
    /^ *295\.050 ms {2}✓ b serves counter.*\n *295\.050 ms {2}✗ one-server$/m,
    /^run [0-9a-f]{16}, [\d,]+ events in [\d.]+ ms of virtual time\n$/m,
  ]) {
    expect(out).toMatch(part);
  }
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("replay: a run that holds", async () => {
  const { code, out } = await standin([crash()]);
  expect(code).toBe(0);
  expect(out).toMatch(/^counter holds\n/);
  expect(out).toContain("b serves counter");
  expect(out).not.toContain("✗ one-server");
});

test("replay: as JSON, and from a file", async () => {
  writeFileSync(join(folder, "run.json"), `${crash(["no-witness"])}\n`);
  const { code, out } = await standin(["run.json", "--json"]);
  expect(code).toBe(1);
  const report = JSON.parse(out) as Record<string, unknown>;
  const keys = ["scenario", "verdict", "failure", "hash", "events", "run"];
  expect(Object.keys(report)).toEqual(keys);
  expect(report).toMatchObject({ verdict: "fails", failure: { name: "one-server" } });
  const held = await standin([crash(), "--json"]);
  expect(JSON.parse(held.out)).toMatchObject({ verdict: "holds", failure: null });
});

test("replay: --trace writes a trace and changes nothing of the run", async () => {
  const plain = await standin([crash(["no-witness"])]);
  for (const name of ["t.json", "t.ndjson"]) {
    expect(await standin([crash(["no-witness"]), "--trace", name])).toEqual(plain);
  }
  const trace: unknown = JSON.parse(readFileSync(join(folder, "t.json"), "utf8"));
  expect(validateChromeTrace(trace)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(["t.json", "t.ndjson"]);
});

test("replay: what an exploration found has the same hash in a fresh process", (context) => {
  if (!existsSync(BIN)) context.skip("dist/ is not built: npm run build");
  const options = { mode: "swarm", seeds: 20, scenario: { broken: ["torn-apply"] } } as const;
  const found = explore(counterScenario, options);
  if (found.status !== "fails") throw new Error("expected a finding");
  const [{ run: failing, hash, failure }] = found.findings as [(typeof found.findings)[0]];
  const literal = formatRun({ scenario: "counter", run: failing });
  const child = spawnSync(process.execPath, [BIN, "replay", literal, "--json"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(child.stderr).toBe("");
  expect(child.status).toBe(1);
  expect(JSON.parse(child.stdout)).toMatchObject({ hash, failure });
});

const BARE = { scenario: "counter", seed: 1, untilNs: 1_000_000, options: {} };
const plan = (...faults: readonly object[]): string => {
  return JSON.stringify({ ...BARE, plan: { version: 1, faults } });
};

test.each([
  ["unknown fault", plan({ kind: "flood", at: { atNs: 1 } }), "faults[0].kind: expected one of"],
  [
    "time before zero",
    plan({ kind: "crash", host: "a", at: { atNs: -1 } }),
    "faults[0].at.atNs: expected whole nanoseconds from 0 to 2^53 - 1, got -1",
  ],
  [
    "host that does not exist",
    plan({ kind: "crash", host: "z", at: { atNs: 1 } }),
    'faults[0].host: expected one of a, b, witness, got "z"',
  ],
  [
    "point that does not exist",
    plan({ kind: "crash", host: "a", at: { point: "dawn", occurrence: 1 } }),
    "faults[0].at.point: expected",
  ],
  ["truncated JSON", plan().slice(0, -9), "run: expected whole JSON, got"],
  [
    "unknown zoo member",
    JSON.stringify({ ...BARE, options: { broken: ["gravity"] }, plan: { version: 1, faults: [] } }),
    "options.broken: expected some of release-at-stop",
  ],
  [
    "option out of range",
    JSON.stringify({ ...BARE, options: { link: { loss: 2 } }, plan: { version: 1, faults: [] } }),
    "loss: expected",
  ],
  [
    "unknown scenario",
    JSON.stringify({ ...BARE, scenario: "conuter", plan: { version: 1, faults: [] } }),
    "SCENARIO: expected counter, kv, riscv-kv, ",
  ],
  ["unreadable file", "none.json", 'FILE: expected a file that can be read, got "none.json"'],
])("replay: %s is one sentence and exit code 2", async (_, literal, message) => {
  const { code, out, err } = await standin([literal, "--trace", "t.json"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^standin replay: .*\n\(standin replay --help says more\)\n$/);
  expect(err).toContain(message);
  expect(readdirSync(folder)).toEqual([]);
});

test("replay: nothing to replay, or too much of it", async () => {
  expect((await standin([])).err).toContain("FILE|LITERAL: expected one, got none");
  expect((await standin(["{}", "{}"])).code).toBe(2);
  expect((await standin([crash(), "--trace", "t.txt"])).err).toContain("--trace: expected a name");
});
