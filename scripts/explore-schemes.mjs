// `npm run explore:schemes [-- options of standin explore]` explores every protection scheme of the catalogue on
// `kv`, `sqlite` and `riscv-kv`, one after the other: by default every event of a run with each of the pair crashed
// there, of `sqlite` and `riscv-kv` in a short run. Ends with 1 if one does not hold.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
const PAIR = ["--every-step", "--host", "a", "--host", "b"];

/** What each scenario is explored with unless options are given. */
const SCENARIOS = {
  kv: PAIR,
  sqlite: [...PAIR, "--requests", "8", "--until", "60ms"],
  "riscv-kv": [...PAIR, "--requests", "12", "--until", "100ms"],
};

const built = spawnSync(process.execPath, ["scripts/build.mjs", "--quiet", "--if-stale"], {
  cwd: root,
  stdio: "inherit",
});
if (built.status !== 0) process.exit(built.status ?? 1);
const { schemeCatalogue } = await import(pathToFileURL(join(root, "dist/index.js")).href);

let failed = 0;
for (const [scenario, mode] of Object.entries(SCENARIOS)) {
  for (const scheme of Object.keys(schemeCatalogue)) {
    const options = given.length > 0 ? given : mode;
    const args = ["dist/cli/bin.js", "explore", scenario, "--scheme", scheme, ...options];
    const run = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    console.log(`${scenario}, ${scheme}: ${run.stdout.trim() || run.stderr.trim()}`);
    if (run.status !== 0) failed += 1;
  }
}
process.exit(failed === 0 ? 0 : 1);
