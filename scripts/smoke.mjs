// `npm run smoke`: packs the package, installs it into a copy of each project of smoke/, as its users would, and runs
// that project's tests. The runners come from the package registry; where it cannot be reached the project is
// left out and says so.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const INSTALL_LIMIT_MS = 180_000;
const TEST_LIMIT_MS = 120_000;

// what npm says when the registry, and not the package, is the reason
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|E50[0-9])\b/;

const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];

/** Runs a command; gives its exit code, its whole output and its time in seconds. */
function run(command, args, cwd, timeout) {
  const started = performance.now();
  const result = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
    env: { ...process.env, CI: "true", NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const output = `${result.error?.message ?? ""}${result.stdout}${result.stderr}`;
  return { code: result.status ?? 1, output, stdout: result.stdout, seconds };
}

/** Packs what would be published into `folder` and gives the path of the tarball. */
function pack(folder) {
  const built = run(process.execPath, ["scripts/build.mjs", "--quiet", "--if-stale"], root);
  if (built.code !== 0) throw new Error(`the build failed\n${built.output}`);
  // built already: without `prepare`
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder, ...quiet];
  const packed = run("npm", args, root);
  if (packed.code !== 0) throw new Error(`npm pack failed\n${packed.output}`);
  return join(folder, JSON.parse(packed.stdout)[0].filename);
}

/** Checks the types of a project that has a tsconfig.json, with the compiler of this project. */
function checkTypes(project) {
  if (!readdirSync(project).includes("tsconfig.json")) return { code: 0, output: "" };
  const compiler = createRequire(import.meta.url).resolve("@typescript/native/package.json");
  const tsc = join(dirname(compiler), "bin/tsc");
  return run(process.execPath, [tsc, "-p", project, "--pretty", "false"], project, TEST_LIMIT_MS);
}

/** Installs and runs one project: what to print, and whether it went well. */
function smoke(name, project, tarball) {
  cpSync(join(root, "smoke", name), project, { recursive: true });
  const args = ["install", "--no-save", "--no-package-lock", "--prefer-offline", ...quiet, tarball];
  const installed = run("npm", args, project, INSTALL_LIMIT_MS);
  if (installed.code !== 0) {
    const [reason = ""] = UNREACHABLE.exec(installed.output) ?? [];
    if (reason === "") return { ok: false, line: "FAILED to install", output: installed.output };
    return { ok: true, line: `left out: the registry cannot be reached (${reason})` };
  }
  const types = checkTypes(project);
  if (types.code !== 0) return { ok: false, line: "FAILED types", output: types.output };
  const tests = run("npm", ["test", "--silent"], project, TEST_LIMIT_MS);
  const times = `install ${installed.seconds} s, tests ${tests.seconds} s`;
  if (tests.code !== 0) return { ok: false, line: `FAILED (${times})`, output: tests.output };
  return { ok: true, line: `ok (${times})` };
}

/** The version of node, or those of the packages that a project is about. */
function runnersOf(name) {
  const text = readFileSync(join(root, "smoke", name, "package.json"), "utf8");
  const { devDependencies } = JSON.parse(text);
  const others = Object.entries(devDependencies).filter(([each]) => !each.startsWith("@types/"));
  return [["node", process.versions.node], ...others].map((each) => each.join(" ")).join(", ");
}

const folder = mkdtempSync(join(tmpdir(), "standin-smoke-"));
let failures = 0;
try {
  const tarball = pack(folder);
  for (const name of readdirSync(join(root, "smoke")).sort()) {
    const { ok, line, output } = smoke(name, join(folder, name), tarball);
    console.log(`${name.padEnd(10)} ${line}; ${runnersOf(name)}`);
    if (ok) continue;
    failures += 1;
    console.log(output);
  }
} catch (error) {
  failures += 1;
  console.error(`smoke: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
