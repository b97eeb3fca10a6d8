// `npm run compare:docs`: measures all parts, or all schemes (standin compare), and writes the tables between the
// markers of docs/parts.md or docs/schemes.md; what stands outside of them is written by hand. Parts and schemes
// without a sentence there are named.
// usage: node scripts/compare-docs.mjs [parts|schemes] [arguments for standin compare] (default parts)
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
const what = ["parts", "schemes"].includes(given[0]) ? given.shift() : "parts";
const pageName = `docs/${what}.md`;
const page = join(root, pageName);
const program = join(root, "dist/cli/bin.js");
const BEGIN = "<!-- measured: begin -->";
const END = "<!-- measured: end -->";
/** Without faults every part holds, or refuses; one that does not is written down as what it is. */
const EXIT_VIOLATED = 1;

function fail(message) {
  console.error(`compare:docs: ${message}`);
  process.exit(1);
}

/** Runs node with progress shown; what it prints. */
function run(args, allowed) {
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 };
  const stdio = ["ignore", "pipe", "inherit"];
  const { status, stdout } = spawnSync(process.execPath, args, { ...options, stdio });
  if (status !== 0 && status !== allowed) fail(`node ${args.join(" ")} failed`);
  return stdout;
}

const text = readFileSync(page, "utf8");
const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
if (from < 0 || to < from) fail(`expected the lines ${BEGIN} and ${END} in ${pageName}`);

run(["scripts/build.mjs", "--quiet", "--if-stale"]);
const args = ["compare", what, "--markdown", ...given];
const tables = run([program, ...args], EXIT_VIOLATED);
const head = `Written by \`npm run compare:docs -- ${what}\`, which is \`standin ${args.join(" ")}\`.`;
const measured = [BEGIN, "", head, "", tables.trim(), "", END].join("\n");
writeFileSync(page, text.slice(0, from) + measured + text.slice(to + END.length));

const { [what]: listed } = JSON.parse(run([program, "list", "--json"]));
for (const { name } of listed.filter((each) => !text.includes(`- \`${each.name}\`:`))) {
  console.error(`compare:docs: ${name} has no sentence in ${pageName} yet`);
}
