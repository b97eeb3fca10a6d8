// covers src/cli/commands/compare.ts, src/cli/comparing.ts, src/cli/comparing-parts.ts, src/cli/comparing-schemes.ts, src/cli/sweeping.ts, src/cli/comparison-progress.ts
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CommandIo } from "../../../src/cli/command-io.ts";
import { run } from "../../../src/cli/command-line.ts";
import { COMPARED_DEFAULT } from "../../../src/cli/compare-options.ts";
import type { ComparedPart } from "../../../src/compare/part-comparison.ts";
import type { PartRun } from "../../../src/compare/part-run.ts";
import { partCatalogue } from "../../../src/schemes/part-catalogue.ts";
import { schemeNames } from "../../../src/schemes/scheme-choice.ts";
import { recordedIo } from "../recorded-io.ts";

const BUILT = new URL("../../../dist/index.js", import.meta.url);

interface Report {
  readonly scenarios: readonly {
    readonly scenario: string;
    readonly untilNs: number;
    readonly baseline: PartRun;
    readonly parts: readonly (Pick<ComparedPart, "stage" | "part"> & PartRun)[];
  }[];
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-compare-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function standin(line: string, changes: Partial<CommandIo> = {}) {
  const io = recordedIo({ cwd: folder, ...changes });
  const code = await run(["compare", ...line.split(" ")], io);
  return { code, out: io.out(), err: io.err() };
}

test("compare: a table for each scenario, within the width of reports", async () => {
  const { code, out, err } = await standin("parts kv counter --stage encode --until 80ms --seed 3");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^kv, seed 3, 80 ms, modern\n/);
  expect(out).toMatch(/\n\ncounter, seed 3, 80 ms, modern\n/);
  expect(out.match(/^encode$/gm)).toHaveLength(2);
  expect(out).toMatch(/^ {2}feedback +\d/m);
  expect(out).not.toMatch(/^capture$/m);
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("compare: colours on a terminal, the same text", async () => {
  const line = "parts kv --stage capture --until 60ms";
  const plain = await standin(line);
  const coloured = await standin(line, { isTerminal: true });
  expect(coloured.out).toContain("\u001b[1m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes of a terminal
  expect(coloured.out.replace(/\u001b\[\d+m/g, "")).toBe(plain.out);
});

test("compare: as JSON, the figures of the parts beside those of the baseline", async () => {
  const { code, out } = await standin("parts kv --until 100ms --json --interval 10ms");
  expect(code).toBe(0);
  const { scenarios } = JSON.parse(out) as Report;
  expect(scenarios).toHaveLength(1);
  const [{ scenario, untilNs, baseline, parts }] = scenarios as [Report["scenarios"][number]];
  expect({ scenario, untilNs }).toEqual({ scenario: "kv", untilNs: 100_000_000 });
  const bytesOf = (each: PartRun): number => {
    return "measures" in each ? (each.measures.bytesPerCheckpoint ?? 0) : 0;
  };
  const difference = parts.find(({ part }) => part === "word-difference")!;
  expect(difference.stage).toBe("encode");
  expect(bytesOf(difference)).toBeLessThan(bytesOf(baseline) / 2);
});

test("compare: as Markdown", async () => {
  const { code, out } = await standin("parts kv --stage capture --until 60ms --markdown");
  expect(code).toBe(0);
  expect(out).toMatch(/^### kv, seed 1, 60 ms, modern\n\n\| \| stopped p50 /);
  expect(out).toMatch(/^\| brownout \| /m);
});

test("compare: a violated invariant is exit code 1, and the line that repeats the run", async () => {
  const module = `
    import { counterScenario } from ${JSON.stringify(BUILT.href)};
    export default {
      ...counterScenario,
      name: "torn",
      build: (simulation, options) =>
        counterScenario.build(simulation, { ...options, broken: ["release-at-stop"] }),
    };`;
  writeFileSync(join(folder, "torn.mjs"), module);
  const common = "--until 80ms --interval 10ms";
  const { code, out, err } = await standin(`parts ./torn.mjs --stage capture ${common}`);
  expect(code).toBe(1);
  expect(out).toContain("violated: output-commit");
  const given = "--seed 1 --until 80000000ns --interval 10000000ns --profile modern";
  const others = Object.keys(partCatalogue.capture).slice(1);
  const parts = ["", ...others.map((name) => ` --part capture=${name}`)];
  expect(err).toBe(
    parts.map((part) => `replay: standin run ./torn.mjs ${given}${part}\n`).join(""),
  );
  const [, replay] = /^replay: standin (.*--part.*)$/m.exec(err)!;
  const io = recordedIo({ cwd: folder });
  expect(await run(replay!.split(" "), io)).toBe(1);
});

test("compare: the scenarios that are meant by none, but those that cannot be had", async () => {
  const { code, out, err } = await standin("parts --stage capture --until 1us --json");
  expect(code).toBe(0);
  const { scenarios, leftOut } = JSON.parse(out) as Report & { leftOut: { scenario: string }[] };
  const names = [...scenarios, ...leftOut].map(({ scenario }) => scenario);
  expect(names.toSorted()).toEqual(COMPARED_DEFAULT.parts.toSorted());
  expect(err.split("\n").filter((line) => line.startsWith("left out: "))).toHaveLength(
    leftOut.length,
  );
});

test("compare: a scenario that is asked for has to be there", async () => {
  const { code, err } = await standin("parts conuter");
  expect(code).toBe(2);
  expect(err).toMatch(/^standin compare: SCENARIO: expected counter, /);
});

test("compare: an interruption is exit code 130", async () => {
  const signal = AbortSignal.abort();
  const { code, out } = await standin("parts kv --until 60ms", { signal });
  expect({ code, out }).toEqual({ code: 130, out: "" });
});

test("compare: a terminal is shown how far it is", async () => {
  const { err } = await standin("parts kv --until 60ms", { isErrorTerminal: true });
  expect(err).toMatch(/^\rkv: run 1 of \d+, baseline/);
  expect(err).toMatch(/\r +\r$/);
});

test("compare: schemes as two tables for each scenario, within the width of reports", async () => {
  const { code, out, err } = await standin("schemes kv --until 200ms --seed 3");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^kv, seed 3, 200 ms, modern\n/);
  for (const heading of ["what clients see", "what it costs"]) {
    expect(out).toMatch(new RegExp(`^${heading}$`, "m"));
  }
  for (const name of schemeNames) {
    expect(out.match(new RegExp(`^ {2}${name} +\\d`, "gm")), name).toHaveLength(2);
  }
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("compare: schemes as JSON and as Markdown", async () => {
  const { code, out } = await standin("schemes counter --until 120ms --json");
  expect(code).toBe(0);
  const [counter] = (JSON.parse(out) as { scenarios: { crashAtNs: number; schemes: object[] }[] })
    .scenarios;
  expect(counter!.crashAtNs).toBe(60_000_000);
  expect(counter!.schemes).toMatchObject(
    schemeNames.map((scheme) => ({ scheme, violations: [], measures: { primary: "a" } })),
  );
  const markdown = await standin("schemes counter --until 120ms --markdown");
  expect(markdown.out).toMatch(/^\| \*\*scheme\*\*: checkpoint \| \d/m);
});

test("compare: a scheme under which an invariant does not hold has two lines that replay it", async () => {
  const module = `
    import { counterScenario } from ${JSON.stringify(BUILT.href)};
    export default {
      ...counterScenario,
      name: "torn",
      build: (simulation, options) =>
        counterScenario.build(simulation, {
          ...options,
          broken: options.scheme === "remus" ? ["release-at-stop"] : [],
        }),
    };`;
  writeFileSync(join(folder, "torn.mjs"), module);
  const { code, out, err } = await standin("schemes ./torn.mjs --until 80ms --interval 10ms");
  expect(code).toBe(1);
  expect(out).toContain("violated: output-commit");
  const given = "--seed 1 --until 80000000ns --interval 10000000ns --profile modern --scheme remus";
  expect(err).toBe(
    `replay: standin run ./torn.mjs ${given}\n` +
      `replay: standin run ./torn.mjs ${given} --crash a@40000000ns\n`,
  );
  for (const [, line] of err.matchAll(/^replay: standin (.*)$/gm)) {
    expect(await run(line!.split(" "), recordedIo({ cwd: folder }))).toBe(1);
  }
});

test("compare: a sweep as a table, and its picture in a file", async () => {
  const { code, out, err } = await standin("sweep minimum-interval --until 40ms --svg own.svg");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^minimum-interval of active-active, seed 1, 40 ms, modern\n/);
  expect(out).toMatch(/^1 of 16 differs\n {2}1 ms +\d/m);
  expect(readdirSync(folder)).toEqual(["own.svg"]);
  const svg = readFileSync(join(folder, "own.svg"), "utf8");
  expect(svg).toMatch(/^<svg .*<\/svg>\n$/s);
  expect(svg).toContain(">active-active: minimum interval swept<");
});

test("compare: a sweep as JSON and as Markdown", async () => {
  const { code, out } = await standin("sweep --until 20ms --scheme colo --json");
  expect(code).toBe(0);
  const report = JSON.parse(out) as { untilNs: number; sweeps: { sweep: string }[] };
  expect(report.untilNs).toBe(20_000_000);
  expect(report.sweeps).toMatchObject([
    { sweep: "similarity", scheme: "colo", lines: [{ chance: 1 / 64 }, {}, {}, { chance: 1 }] },
    { sweep: "minimum-interval", scheme: "colo", lines: [{}, {}, {}, {}] },
  ]);
  const markdown = await standin("sweep similarity --until 20ms --markdown");
  expect(markdown.out).toMatch(/^### similarity of active-active, .*\n\n\| \| similarity \| /);
});

test("compare: a picture that cannot be written is refused before anything is run", async () => {
  const { code, out, err } = await standin("sweep similarity --svg none/own.svg");
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("--svg: expected a place where a file can be made");
});

test("compare: an interrupted sweep leaves no file", async () => {
  const signal = AbortSignal.abort();
  const { code, out } = await standin("sweep similarity --svg own.svg", { signal });
  expect({ code, out }).toEqual({ code: 130, out: "" });
  expect(readdirSync(folder)).toEqual([]);
});
