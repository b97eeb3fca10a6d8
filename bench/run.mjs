// `npm run bench -- NAME [arguments]` runs bench/NAME.ts (compiled to build/bench/NAME.js) or bench/NAME.mjs in a
// process of its own; without a name it lists the benches. A bench is a program whose first line is a comment
// that says what it measures; parts that several share live in folders below bench/.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const [name, ...rest] = process.argv.slice(2);

const benches = new Map();
for (const file of readdirSync(here).sort()) {
  const match = /^([a-z0-9-]+)\.(ts|mjs)$/.exec(file);
  if (match === null || file === "run.mjs") continue;
  const firstLine = readFileSync(join(here, file), "utf8").split("\n", 1)[0];
  benches.set(match[1], {
    program: match[2] === "ts" ? join(root, "build/bench", `${match[1]}.js`) : join(here, file),
    about: firstLine.startsWith("//") ? firstLine.slice(2).trim() : "",
  });
}

function list(write) {
  if (benches.size === 0) write("no benches");
  const width = Math.max(0, ...[...benches.keys()].map((key) => key.length));
  for (const [key, { about }] of benches) write(`${key.padEnd(width)}  ${about}`);
}

if (name === undefined) {
  console.log("usage: npm run bench -- NAME [arguments]\n");
  list((line) => console.log(line));
  process.exit(0);
}

const bench = benches.get(name);
if (bench === undefined) {
  console.error(`bench: expected one of these names, got "${name}"\n`);
  list((line) => console.error(line));
  process.exit(2);
}

const run = (args) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
const built = run(["scripts/build.mjs", "--quiet", "--if-stale"]);
if (built !== 0) process.exit(built);
if (!existsSync(bench.program)) {
  console.error(`bench: ${name} was not built`);
  process.exit(1);
}
process.exit(run(["--expose-gc", bench.program, ...rest]));
