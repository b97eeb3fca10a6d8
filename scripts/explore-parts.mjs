// `npm run explore:parts [-- options of standin explore]` explores every part that checkpoints can be made of, one
// after the other: by default every event of a run of `kv`, with each host crashed there. A part that needs
// something of the machine is explored on a scenario that has it. Ends with 1 if one does not hold.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const options = process.argv.slice(2);
const mode = options.length > 0 ? options : ["--every-step", "--host", "a", "--host", "b"];

/** Parts that `kv` cannot serve, and what can. */
const SCENARIOS = { storage: "riscv-journal", instrumented: "sqlite" };

/** Parts that cannot hold alone, and why. */
const SKIPPED = {
  "on-request": "nobody asks for checkpoints, so answers wait longer than the run",
};

const built = spawnSync(process.execPath, ["scripts/build.mjs", "--quiet", "--if-stale"], {
  cwd: root,
  stdio: "inherit",
});
if (built.status !== 0) process.exit(built.status ?? 1);
const { partCatalogue } = await import(pathToFileURL(join(root, "dist/index.js")).href);

let failed = 0;
for (const [stage, parts] of Object.entries(partCatalogue)) {
  for (const part of Object.keys(parts).slice(1)) {
    if (part in SKIPPED) {
      console.log(`${stage}=${part}: left out: ${SKIPPED[part]}`);
      continue;
    }
    const scenario = SCENARIOS[part] ?? "kv";
    const args = ["dist/cli/bin.js", "explore", scenario, "--part", `${stage}=${part}`, ...mode];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: "utf8",
    });
    console.log(`${stage}=${part}: ${stdout.trim() || stderr.trim()}`);
    if (status !== 0) failed += 1;
  }
}
process.exit(failed === 0 ? 0 : 1);
