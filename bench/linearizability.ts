// How long the linearizability checker takes: CAS-register histories of 100 to 200 operations, 5 clients
import { checkHistory } from "#src/verify/linearizability/check-history";
import { casRegister } from "#src/verify/linearizability/models/cas-register";
import { CLIENTS, historyOf, kinds } from "./histories/cas-register.ts";

const HISTORIES = 400;
/** Runs of each history, of which the shortest counts: the others were interrupted by something else. */
const RUNS = 3;

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
console.log("\nbeside Porcupine: npm run bench -- porcupine");
