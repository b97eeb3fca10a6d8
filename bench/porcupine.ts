// How long the linearizability checker takes beside Porcupine, on the same histories: --porcupine PATH-TO-BINARY
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { HistoryEntry } from "#src/verify/history/entry";
import type { JsonValue } from "#src/verify/history/json-value";
import { pairHistory } from "#src/verify/history/pair-history";
import { checkHistory } from "#src/verify/linearizability/check-history";
import type { CheckResult } from "#src/verify/linearizability/check-result";
import { casRegister } from "#src/verify/linearizability/models/cas-register";
import { CLIENTS, historyOf, kinds } from "./histories/cas-register.ts";

const RATIO_WANTED = 3;
const OUTPUT_BYTES_MAX = 1 << 26;
/** Histories that are checked first and do not count: they are for the compiler. */
const WARM_UP = 100;

const { values: options } = parseArgs({
  options: {
    porcupine: { type: "string", default: process.env["PORCUPINE_BENCH"] ?? "" },
    histories: { type: "string", default: "400" },
    /** Runs of each history, of which the shortest counts: the others were interrupted by something else. */
    runs: { type: "string", default: "3" },
    /** Seconds that Porcupine gets for a history; ours stops after a number of steps. */
    timeout: { type: "string", default: "1" },
  },
});

function positive(name: "histories" | "runs" | "timeout"): number {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name}: expected a positive integer, got "${options[name]}"`);
}

const binary = options.porcupine;
const histories = positive("histories");
const runs = positive("runs");
const timeoutMs = 1000 * positive("timeout");

const HOW_TO_BUILD = `To build it (Go 1.18 or later; Debian: apt-get install golang-go):

  cd bench/porcupine
  go mod tidy                   # fetches Porcupine; for a checkout of your own, first:
                                # go mod edit -replace github.com/anishathalye/porcupine=FOLDER
  go build -o PATH-TO-BINARY

Then: npm run bench -- porcupine --porcupine PATH-TO-BINARY (or PORCUPINE_BENCH=PATH-TO-BINARY)`;

interface Checked {
  readonly verdict: CheckResult["verdict"];
  readonly ms: number;
}

interface PorcupineReport {
  readonly go: string;
  readonly porcupine: string;
  readonly results: readonly Checked[];
}

/** A history in the words of bench/porcupine/main.go. */
function translate(history: readonly HistoryEntry[]): string {
  const numbers = new Map<JsonValue | undefined, number>([[null, 0]]);
  const numberOf = (value: JsonValue | undefined): number => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value)!;
  };
  const operations = pairHistory(history).flatMap((operation) => {
    const { f, input, output, outcome, callIndex, returnIndex } = operation;
    const span = { call: callIndex, ...(outcome === "ok" ? { return: returnIndex } : {}) };
    if (f === "write") return [{ f, value: numberOf(input), ...span }];
    if (f === "read") return outcome === "ok" ? [{ f, value: numberOf(output), ...span }] : [];
    const [expected, value] = input as readonly JsonValue[];
    return [
      {
        f,
        expected: numberOf(expected),
        value: numberOf(value),
        exchanged: output === true,
        ...span,
      },
    ];
  });
  return JSON.stringify(operations);
}

const model = casRegister();

function runOurs(history: readonly HistoryEntry[]): Checked {
  let ms = Number.POSITIVE_INFINITY;
  let verdict: CheckResult["verdict"] = "unknown";
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    ({ verdict } = checkHistory(history, model));
    ms = Math.min(ms, performance.now() - started);
  }
  return { verdict, ms };
}

function runPorcupine(all: readonly (readonly HistoryEntry[])[], folder: string): PorcupineReport {
  const file = join(folder, "histories.jsonl");
  writeFileSync(file, all.map((history) => `${translate(history)}\n`).join(""));
  const args = ["-runs", String(runs), "-timeout", `${timeoutMs}ms`, file];
  const options = { encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX } as const;
  const { status, stdout, stderr, error } = spawnSync(binary, args, options);
  if (status !== 0) throw new Error(`${binary} failed: ${error?.message ?? stderr}`);
  const report = JSON.parse(stdout) as PorcupineReport;
  if (report.results.length !== all.length) {
    throw new Error(`expected ${all.length} results, got ${report.results.length}`);
  }
  return report;
}

function median(values: readonly Checked[]): number {
  return values.map(({ ms }) => ms).sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const worst = (values: readonly Checked[]): number => Math.max(...values.map(({ ms }) => ms));

const cells = (row: readonly (string | number)[]): string =>
  row.map((cell, i) => (i === 0 ? String(cell).padEnd(24) : String(cell).padStart(11))).join("");

const widePart = (title: string): string => `${title} `.padStart(33, "─");

/** A time of Porcupine's; of one that it was stopped at, only a lower bound is known. */
const theirTime = (ms: number): string => `${ms >= timeoutMs ? "> " : ""}${ms.toFixed(2)}`;

const theirRatio = (ours: number, theirs: number): string =>
  `${theirs >= timeoutMs ? "< " : ""}${(ours / theirs).toFixed(2)}`;

/** Prints a line of the table; returns the ratio of the medians. */
function printRow(name: string, ours: readonly Checked[], theirs: readonly Checked[]): number {
  const undecided = theirs.filter(({ verdict }) => verdict === "unknown").length;
  const agreed = ours.filter(({ verdict }, i) => verdict === theirs[i]?.verdict).length;
  const columns = [median, worst].flatMap((figure) => {
    const [a, b] = [figure(ours), figure(theirs)];
    return [a.toFixed(2), theirTime(b), theirRatio(a, b)];
  });
  const near = ours.filter(({ ms }, i) => ms <= RATIO_WANTED * (theirs[i]?.ms ?? 0)).length;
  const share = `${((100 * near) / ours.length).toFixed(1)} %`;
  console.log(cells([name, ...columns, share, `${agreed}/${ours.length - undecided}`, undecided]));
  return median(ours) / median(theirs);
}

function compare(folder: string): void {
  console.log(
    `${histories} histories of each kind, 100 to 200 operations, ${CLIENTS} clients; times in ms, shortest of ` +
      `${runs}; Porcupine stopped after ${timeoutMs} ms\n`,
  );
  console.log(`${" ".repeat(24)}${widePart("median")}${widePart("worst")}`);
  const columns = ["ours", "Porcupine", "ratio"];
  console.log(
    cells(["kind", ...columns, ...columns, `ratio ≤ ${RATIO_WANTED}`, "agree", "stopped"]),
  );
  for (let i = 0; i < WARM_UP; i += 1) {
    const kind = kinds[i % kinds.length];
    if (kind !== undefined) runOurs(historyOf(kind, histories + i));
  }
  const allOurs: Checked[] = [];
  const allTheirs: Checked[] = [];
  let isFastEnough = true;
  let versions = "";
  for (const kind of kinds) {
    const drawn = Array.from({ length: histories }, (_, seed) => historyOf(kind, seed));
    const ours = drawn.map((history) => runOurs(history));
    const { go, porcupine, results } = runPorcupine(drawn, folder);
    versions = `Node ${process.versions.node}, ${go}, Porcupine ${porcupine}`;
    if (printRow(kind.name, ours, results) > RATIO_WANTED) isFastEnough = false;
    allOurs.push(...ours);
    allTheirs.push(...results);
  }
  if (printRow("all", allOurs, allTheirs) > RATIO_WANTED) isFastEnough = false;
  console.log(`\n${versions}`);
  const disagreements = allOurs.filter(({ verdict }, i) => {
    const other = allTheirs[i]?.verdict;
    return verdict !== other && other !== "unknown";
  });
  if (disagreements.length > 0) {
    console.log(`expected the same verdicts, ${disagreements.length} differ`);
    process.exitCode = 1;
  }
  if (!isFastEnough) {
    console.log(`expected medians of at most ${RATIO_WANTED} times Porcupine's`);
    process.exitCode = 1;
  }
}

if (binary === "") {
  console.log(`Porcupine: skipped, no program was named\n\n${HOW_TO_BUILD}`);
} else if (!existsSync(binary)) {
  console.log(`Porcupine: skipped, there is no ${binary}\n\n${HOW_TO_BUILD}`);
} else {
  const folder = mkdtempSync(join(tmpdir(), "histories-"));
  try {
    compare(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
