// Builds dist/ (ESM with declarations, then CommonJS without the command line) and build/ (examples, benches).
// usage: node scripts/build.mjs [--quiet] [--clean] [--if-stale]
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const flags = new Set(process.argv.slice(2));
const bin = join(root, "dist/cli/bin.js");
const stamp = join(root, "build/stamp");

/** Runs the compiler on one project; its findings are passed on whole and end the build. */
function compile(project) {
  const started = performance.now();
  const compiler = createRequire(import.meta.url).resolve("@typescript/native/package.json");
  const result = spawnSync(
    process.execPath,
    [join(dirname(compiler), "bin/tsc"), "-p", project, "--pretty", "false"],
    { cwd: root, encoding: "utf8" },
  );
  if (result.status !== 0) {
    process.stderr.write(`build: tsc -p ${project} failed\n${result.stdout}${result.stderr}`);
    process.exit(1);
  }
  if (flags.has("--quiet")) return;
  console.log(`build: ${project} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** Every file that the build reads, with its time: one that changes, appears or goes makes the build stale. */
function inputs() {
  const files = readdirSync(root).filter((name) => /^(tsconfig.*|package)\.json$/.test(name));
  for (const folder of ["src", "examples", "bench", "types"]) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      if (name.endsWith(".ts")) files.push(join(folder, name));
    }
  }
  files.sort();
  return files.map((name) => `${name} ${statSync(join(root, name)).mtimeMs}\n`).join("");
}

/** What lies in build/, but for the kernel. */
function builtHere() {
  if (!existsSync(join(root, "build"))) return [];
  return readdirSync(join(root, "build"))
    .filter((name) => name !== "linux")
    .map((name) => join("build", name));
}

if (flags.has("--clean")) {
  for (const folder of ["dist", "build"])
    rmSync(join(root, folder), { recursive: true, force: true });
  process.exit(0);
}

const before = inputs();
if (flags.has("--if-stale") && existsSync(stamp) && readFileSync(stamp, "utf8") === before) {
  process.exit(0);
}
if (!existsSync(join(root, "src/index.ts"))) {
  console.error("build: nothing to build, src/index.ts does not exist");
  process.exit(0);
}

// The kernel in build/linux takes minutes to make and is none of this: it stays.
for (const folder of ["dist", ...builtHere()])
  rmSync(join(root, folder), { recursive: true, force: true });
compile("tsconfig.build.json");
compile("tsconfig.cjs.json");
mkdirSync(join(root, "dist/cjs"), { recursive: true });
writeFileSync(join(root, "dist/cjs/package.json"), '{ "type": "commonjs" }\n');
if (existsSync(bin)) chmodSync(bin, 0o755);
// examples and benches import the package by its name and so resolve to dist/: they come last
if (/^(examples|bench)\//m.test(before)) compile("tsconfig.examples.json");
mkdirSync(dirname(stamp), { recursive: true });
writeFileSync(stamp, before);
