// `npm run demo`: builds what is missing or out of date, then runs examples/demo.ts in this terminal.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const demo = join(root, "build/examples/demo.js");

const run = (args) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;

const built = run(["scripts/build.mjs", "--quiet", "--if-stale"]);
if (built !== 0) process.exit(built);
if (!existsSync(demo)) {
  console.error("demo: expected examples/demo.ts, there is none");
  process.exit(1);
}
process.exit(run([demo, ...process.argv.slice(2)]));
