// How long the linearizability checker takes: CAS-register histories of 100 to 200 operations, 5 clients
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { RunningHash } from "#src/sim/hash";
import type { HistoryEntry } from "#src/verify/history/entry";
import type { JsonValue } from "#src/verify/history/json-value";
import { mutateHistory } from "#src/verify/history/mutate-history";
import {
  type RandomSource,
  type SimulatedObject,
  simulateHistory,
} from "#src/verify/history/simulate-history";
import { checkHistory } from "#src/verify/linearizability/check-history";
import { casRegister } from "#src/verify/linearizability/models/cas-register";

const CLIENTS = 5;
const VALUES = 5;
const HISTORIES = 400;
const MUTATIONS = 3;
/** Runs of each history, of which the shortest counts: the others were interrupted by something else. */
const RUNS = 3;

/** Draws for one history, from its number. */
function randomSource(seed: number): RandomSource {
  const hash = new RunningHash();
  hash.addInteger(seed);
  return {
    below(limit) {
      hash.add32(limit);
      return (hash.lanes()[0] >>> 0) % limit;
    },
  };
}

const object: SimulatedObject<JsonValue> = {
  initial: null,
  request(random) {
    const draw = random.below(3);
    if (draw === 0) return { f: "read", value: null };
    if (draw === 1) return { f: "write", value: random.below(VALUES) };
    return { f: "cas", value: [random.below(VALUES), random.below(VALUES)] };
  },
  apply(state, { f, value }) {
    if (f === "read") return { state, output: state };
    if (f === "write") return { state: value, output: value };
    const [expected, next] = value as readonly JsonValue[];
    return state === expected ? { state: next ?? null, output: true } : { state, output: false };
  },
};

interface Kind {
  readonly name: string;
  readonly openPercent: number;
  readonly mutated: boolean;
}

const kinds: readonly Kind[] = [0, 5, 20].flatMap((openPercent) =>
  [false, true].map((mutated) => ({
    name: `${openPercent} % open, ${mutated ? "mutated" : "as simulated"}`,
    openPercent,
    mutated,
  })),
);

function historyOf({ openPercent, mutated }: Kind, seed: number): readonly HistoryEntry[] {
  const random = randomSource(seed);
  const operations = 100 + random.below(101);
  const options = { clients: CLIENTS, operations, openPercent, failPercent: 2 };
  let history = simulateHistory(object, options, random);
  for (let i = 0; mutated && i < MUTATIONS; i += 1) history = mutateHistory(history, random);
  return history;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const cells = (row: readonly (string | number)[]): string =>
  row.map((cell, i) => (i === 0 ? String(cell).padEnd(24) : String(cell).padStart(11))).join("");

const model = casRegister();
const all: number[] = [];
console.log(
  `${HISTORIES} histories of each kind, 100 to 200 operations, ${CLIENTS} clients; times in ms, shortest of ${RUNS}\n`,
);
console.log(cells(["kind", "median", "p99", "worst", "most steps", "not lin.", "unknown"]));
for (const kind of kinds) {
  const times: number[] = [];
  const verdicts = { linearizable: 0, "not-linearizable": 0, unknown: 0 };
  let mostSteps = 0;
  for (let seed = 0; seed < HISTORIES; seed += 1) {
    const history = historyOf(kind, seed);
    let shortest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run += 1) {
      const started = performance.now();
      checkHistory(history, model);
      shortest = Math.min(shortest, performance.now() - started);
    }
    times.push(shortest);
    const result = checkHistory(history, model);
    verdicts[result.verdict] += 1;
    mostSteps = Math.max(mostSteps, result.steps);
  }
  all.push(...times);
  times.sort((a, b) => a - b);
  const figures = [0.5, 0.99, 1].map((share) => quantile(times, share).toFixed(2));
  console.log(
    cells([kind.name, ...figures, mostSteps, verdicts["not-linearizable"], verdicts.unknown]),
  );
}
all.sort((a, b) => a - b);
console.log(cells(["all", ...[0.5, 0.99, 1].map((share) => quantile(all, share).toFixed(2))]));

const folders = (process.env["PATH"] ?? "").split(delimiter);
if (folders.some((folder) => existsSync(join(folder, "go")))) {
  console.log("\nno comparison with Porcupine: this bench has no driver for it");
} else {
  console.log("\nno comparison with Porcupine: go is not installed");
}
