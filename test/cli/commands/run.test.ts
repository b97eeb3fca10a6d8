import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CommandIo } from "../../../src/cli/command-io.ts";
import { run } from "../../../src/cli/command-line.ts";
import { validateChromeTrace } from "../../../src/report/chrome-trace-validator.ts";
import type { RunReport } from "../../../src/report/run-report.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { recordedIo } from "../recorded-io.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-run-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function standin(line: string, changes: Partial<CommandIo> = {}) {
  const io = recordedIo({ cwd: folder, ...changes });
  const code = await run(["run", ...line.split(" ")], io);
  return { code, out: io.out(), err: io.err() };
}

async function json(line: string): Promise<RunReport> {
  const { code, out, err } = await standin(`${line} --json`);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  return JSON.parse(out) as RunReport;
}

test("run: without a fault", async () => {
  const report = await json("counter");
  expect(report).toMatchObject({
    scenario: "counter",
    seed: 1,
    virtualTimeNs: seconds(1),
    clients: { lost: 0, duplicated: 0 },
    failovers: [],
    invariants: { violations: [] },
  });
  expect(report.clients.acknowledged).toBeGreaterThan(100);
  expect(report.checkpoints.committed).toBeGreaterThan(30);
  const { started, committed, aborted } = report.checkpoints;
  expect(started - committed - aborted).toBeLessThanOrEqual(1);
});

test("run: the object of --json has these keys in this order", async () => {
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.slice(0, 1).map(shape);
    if (typeof value !== "object" || value === null) return typeof value;
    return Object.entries(value).map(([key, inner]) => [key, shape(inner)]);
  };
  const quantiles = [
    ["p50", "number"],
    ["p99", "number"],
    ["max", "number"],
  ];
  expect(shape(await json("counter --crash a@310ms"))).toEqual([
    ["scenario", "string"],
    ["seed", "number"],
    ["runHash", "string"],
    ["virtualTimeNs", "number"],
    ["events", "number"],
    [
      "clients",
      [
        ["issued", "number"],
        ["acknowledged", "number"],
        ["lost", "number"],
        ["duplicated", "number"],
        ["latencyNs", quantiles],
      ],
    ],
    [
      "checkpoints",
      [
        ["started", "number"],
        ["committed", "number"],
        ["aborted", "number"],
        ["pages", "number"],
        ["bytes", "number"],
        ["pauseNs", quantiles],
      ],
    ],
    [
      "failovers",
      [
        [
          ["crashedAtNs", "number"],
          ["detectedAtNs", "number"],
          ["servingAtNs", "number"],
          ["from", "string"],
          ["to", "string"],
          ["epoch", "number"],
        ],
      ],
    ],
    [
      "invariants",
      [
        ["checked", ["string"]],
        ["violations", []],
      ],
    ],
  ]);
});

test("run: a crash leads to a failover, and nothing is lost", async () => {
  const report = await json("counter --crash a@310ms --until 2s");
  expect(report.failovers).toHaveLength(1);
  const [failover] = report.failovers;
  expect(failover).toMatchObject({ crashedAtNs: ms(310), from: "a", to: "b" });
  expect(failover?.detectedAtNs).toBeGreaterThan(ms(310));
  expect(failover?.servingAtNs).toBeGreaterThan(failover?.detectedAtNs ?? Infinity);
  expect(report.clients).toMatchObject({ lost: 0, duplicated: 0 });
  expect(report.clients.acknowledged).toBe(report.clients.issued);
});

test("run: a pause and a partition are suffered, too", async () => {
  const pause = await json("counter --pause a@300ms..700ms --until 2s");
  expect(pause.failovers).toMatchObject([{ crashedAtNs: ms(300), from: "a", to: "b" }]);
  const oneWay = await json("kv --partition a>b@300ms..600ms --until 2s");
  expect(oneWay.failovers).toMatchObject([{ crashedAtNs: ms(300), from: "a", to: "b" }]);
});

test("run: the same seed gives the same bytes, another one another hash", async () => {
  const line = "kv --crash a@310ms --seed";
  const [one, again, other] = [
    await standin(`${line} 7`),
    await standin(`${line} 7`),
    await standin(`${line} 8`),
  ];
  expect(again).toEqual(one);
  const hash = (text: string): string | undefined => /^run +([0-9a-f]{16}),/m.exec(text)?.[1];
  expect(hash(one.out)).toBeDefined();
  expect(hash(other.out)).not.toBe(hash(one.out));
});

test("run: checkpoints are made of the parts that were chosen", async () => {
  const bytesOf = async (...more: string[]): Promise<number> => {
    const io = recordedIo();
    expect(await run(["run", "kv", "--until", "300ms", "--json", ...more], io)).toBe(0);
    return (JSON.parse(io.out()) as { checkpoints: { bytes: number } }).checkpoints.bytes;
  };
  expect(await bytesOf("--part", "encode=word-difference")).toBeLessThan((await bytesOf()) / 2);
});

test("run: text and JSON are about the same run, and a trace changes nothing of it", async () => {
  const report = await json("counter --crash a@310ms");
  const text = await standin("counter --crash a@310ms --trace t.json");
  expect(text.out).toContain(report.runHash);
});

test("run: the timeline of a crash, for a person", async () => {
  const { code, out, err } = await standin("counter --crash a@310ms --until 2s");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  for (const part of [
    /^counter, seed 1, 2 s$/m,
    /^ +time +epoch +stopped +pages +bytes +held +committed +released$/m,
    /… \d+ more epochs, stopped/,
    /^ *310\.000 ms {2}✗ a crashes/m,
    /\? b suspects a/,
    /✓ the witness gives term 2 to b/,
    /✓ b serves counter, [\d.]+ ms after the failure/,
    /✓ first reply since/,
    /0 lost, 0 duplicated$/m,
    /^invariants +✓ output-commit/m,
  ]) {
    expect(out).toMatch(part);
  }
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  expect(out).not.toContain("\u001b");
});

test("run: colours on a terminal, the same text", async () => {
  const plain = await standin("counter --crash a@310ms");
  const coloured = await standin("counter --crash a@310ms", { isTerminal: true });
  expect(coloured.out).toContain("\u001b[31m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks for
  expect(coloured.out.replace(/\u001b\[\d+m/g, "")).toBe(plain.out);
});

test("run: --trace writes a Chrome Trace that keeps the rules, or the records", async () => {
  const fault = "--crash a@310ms --pause b@100ms..150ms --partition a-b@200ms..220ms";
  expect((await standin(`counter ${fault} --trace t.json`)).code).toBe(0);
  const trace: unknown = JSON.parse(readFileSync(join(folder, "t.json"), "utf8"));
  expect(validateChromeTrace(trace)).toEqual([]);
  expect((await standin(`counter ${fault} --trace t.ndjson`)).code).toBe(0);
  const lines = readFileSync(join(folder, "t.ndjson"), "utf8").trimEnd().split("\n");
  const positions = lines.map((line) => (JSON.parse(line) as { position: number }).position);
  expect(positions).toEqual(positions.map((_, index) => index + 1));
  expect(readdirSync(folder).sort()).toEqual(["t.json", "t.ndjson"]);
});

test("run: a run that ends in the middle of a failover does not claim that nothing is lost", async () => {
  const report = await json("counter --crash a@310ms --until 350ms");
  expect(report.clients).toMatchObject({ lost: null, duplicated: null });
  const { out } = await standin("counter --crash a@310ms --until 350ms");
  expect(out).toContain("nobody serves, so what is lost cannot be told");
});

test("run: a violated invariant is exit code 1, and the line that repeats it", async () => {
  const { code, out, err } = await standin("counter --crash a@310ms --crash b@320ms");
  expect(code).toBe(1);
  expect(out).toContain("✗ nothing-lost");
  expect(out).toMatch(/^✗ nothing-lost at 1 s: client 1: acknowledged and not in the machine/m);
  expect(err).toBe("replay: standin run counter --crash a@310ms --crash b@320ms\n");
  const asJson = await standin("counter --crash a@310ms --crash b@320ms --json");
  expect(asJson.code).toBe(1);
  expect((JSON.parse(asJson.out) as RunReport).invariants.violations).toMatchObject([
    { name: "nothing-lost", atNs: seconds(1) },
  ]);
});

test("run: a scenario of one's own", async () => {
  const built = join(folder, "mine.mjs");
  writeFileSync(
    built,
    `export default { name: "mine", description: "", until: 5000000, build(simulation, { interval }) {
      if (interval !== 5000000) throw new Error("interval " + interval);
      simulation.hosts(["x", "y"]);
    } };`,
  );
  const { code, out } = await standin("./mine.mjs --interval 5ms --crash x@1ms --json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ scenario: "mine", virtualTimeNs: ms(5) });
});

test.each([
  [
    "throw new Error('no such thing')",
    /^standin run: the run could not be finished: Error: no such thing/,
  ],
  [
    "simulation.at(1000, () => { throw new Error('too late'); })",
    /^standin run: the run could not be finished: process "callback" failed at 1 us, .*seed 1: Error: too late/,
  ],
])("run: a scenario that fails is exit code 70: %s", async (statement, message) => {
  writeFileSync(
    join(folder, "bad.mjs"),
    `export default { name: "bad", description: "", until: 5000, build(simulation) { ${statement} } };`,
  );
  const { code, out, err } = await standin("./bad.mjs --trace t.json");
  expect({ code, out }).toEqual({ code: 70, out: "" });
  expect(err).toMatch(message);
  expect(err).toContain("replay: standin run ./bad.mjs --trace t.json\n");
  expect(readdirSync(folder)).toEqual(["bad.mjs"]);
});

test("run: what the library refuses is a mistake in the request, told without a stack", async () => {
  writeFileSync(
    join(folder, "twice.mjs"),
    `export default { name: "twice", description: "", until: 5000, build(simulation) {
      simulation.hosts(["x"]);
      simulation.hosts(["x"]);
    } };`,
  );
  const { code, err } = await standin("./twice.mjs");
  expect(code).toBe(2);
  expect(err).toMatch(
    /^standin run: .*expected .*got "?x"?.*\n\(standin run --help says more\)\n$/,
  );
});

test.each([
  ["conuter", "SCENARIO: expected counter, kv, riscv-kv, "],
  ["./none.js", "./none.js: expected a module, there is no such file"],
  ["counter --crash c@1ms", '--crash c@1ms: expected one of the hosts a, b, witness, got "c"'],
  ["counter --crash a@1s", "--crash a@1s: expected times within the run of 1 s (--until), got 1 s"],
  [
    "counter --trace none/t.json",
    '--trace: expected a place where a file can be made, got "none/t.json"',
  ],
])("run: %s is exit code 2 and changes nothing", async (line, message) => {
  const { code, out, err } = await standin(`${line} --json`);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^standin run: .*\n\(standin run --help says more\)\n$/);
  expect(err).toContain(message);
  expect(readdirSync(folder)).toEqual([]);
});

test("run: an interruption is exit code 130 and leaves no file", async () => {
  const interruption = new AbortController();
  interruption.abort();
  const { code, out } = await standin("counter --interval 1ms --until 2s --trace t.json", {
    signal: interruption.signal,
  });
  expect({ code, out }).toEqual({ code: 130, out: "" });
  expect(readdirSync(folder)).toEqual([]);
});

test("run: sqlite survives the death of its host", async () => {
  const report = await json("sqlite --crash a@310ms");
  expect(report.failovers).toMatchObject([{ from: "a", to: "b" }]);
  expect(report.clients).toMatchObject({ issued: 600, acknowledged: 600, lost: 0, duplicated: 0 });
});
