import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The library as it is built from these sources. */
export async function library() {
  const build = ["scripts/build.mjs", "--quiet", "--if-stale"];
  const { status } = spawnSync(process.execPath, build, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  return import(pathToFileURL(join(root, "dist/index.js")).href);
}

/** Runs `standin explore` with these arguments, which shows how far it is; gives its status and what it printed. */
export function runExplore(args) {
  return spawnSync(process.execPath, ["dist/cli/bin.js", "explore", ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["inherit", "pipe", "inherit"],
  });
}

/**
 * Explores one after the other, each named and with the arguments of its `standin explore`. Ends the process: with 1
 * if one does not hold; at once if one is interrupted or its options cannot be.
 */
export function exploreEach(explorations) {
  let failed = 0;
  for (const { name, args } of explorations) {
    const { status, stdout } = runExplore(args);
    console.log(`${name}: ${stdout.trim() || `ended with ${status}`}`);
    if (status === 2 || status === 130) process.exit(status);
    if (status !== 0) failed += 1;
  }
  process.exit(failed === 0 ? 0 : 1);
}
