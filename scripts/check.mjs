// `npm test`: every check of the project. Steps that do not depend on each other run two at a time, the tests
// run last and alone. A step that fails shows its whole output; the last line counts what passed and failed.
// usage: node scripts/check.mjs [arguments for vitest]
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const report = join(root, "reports/vitest.json");
const LANES = 2;

// longest first, so that the lanes end together
const steps = [
  { name: "lint", command: "eslint", args: ["."] },
  { name: "build", command: process.execPath, args: ["scripts/build.mjs", "--quiet"] },
  { name: "dead code", command: "knip", args: [] },
  { name: "layers", command: "depcruise", args: ["--config", ".dependency-cruiser.cjs", "src"] },
  { name: "types", command: "tsc", args: ["-p", "tsconfig.json", "--pretty", "false"] },
  { name: "format", command: "biome", args: ["check", "--error-on-warnings", "."] },
];

const env = {
  ...process.env,
  PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`,
};

/** Runs one command; resolves to its exit code, its time in ms and, unless shown at once, its output. */
function run(command, args, stdio) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio });
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => chunks.push(Buffer.from(`${error.message}\n`)));
    child.on("close", (code) => {
      const output = Buffer.concat(chunks).toString("utf8");
      resolve({ code: code ?? 1, elapsedMs: performance.now() - started, output });
    });
  });
}

let passed = 0;
let failed = 0;

function count(name, result) {
  const word = result.code === 0 ? "ok" : "FAILED";
  if (result.code === 0) passed += 1;
  else failed += 1;
  console.log(`${name.padEnd(10)} ${word.padEnd(6)} ${(result.elapsedMs / 1000).toFixed(1)} s`);
  if (result.code !== 0) process.stdout.write(`${result.output}\n`);
}

const waiting = [...steps];
async function lane() {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    count(step.name, await run(step.command, step.args, ["ignore", "pipe", "pipe"]));
  }
}
await Promise.all(Array.from({ length: LANES }, lane));

mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const tests = await run(
  "vitest",
  ["run", ...reporters, ...process.argv.slice(2)],
  ["ignore", "inherit", "inherit"],
);

const stepsFailed = failed;
let skipped = 0;
if (existsSync(report)) {
  const totals = JSON.parse(readFileSync(report, "utf8"));
  passed += totals.numPassedTests;
  failed += totals.numFailedTests;
  skipped = totals.numPendingTests + totals.numTodoTests;
}
// a file that does not load, or a runner that dies, fails without a failed test
if (tests.code !== 0 && failed === stepsFailed) failed += 1;

const stepWords = `${steps.length - stepsFailed} of ${steps.length} checks clean`;
console.log(`${stepWords}; tests ${(tests.elapsedMs / 1000).toFixed(1)} s, ${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
