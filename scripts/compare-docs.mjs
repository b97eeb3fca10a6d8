// `npm run compare:docs`: measures all parts (standin compare parts) and writes the tables between the markers of
// docs/parts.md; what stands outside of them is written by hand. Parts without a sentence there are named.
// usage: node scripts/compare-docs.mjs [arguments for standin compare parts]
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, "docs/parts.md");
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
if (from < 0 || to < from) fail(`expected the lines ${BEGIN} and ${END} in docs/parts.md`);

run(["scripts/build.mjs", "--quiet", "--if-stale"]);
const args = ["compare", "parts", "--markdown", ...process.argv.slice(2)];
const tables = run([program, ...args], EXIT_VIOLATED);
const head = `Written by \`npm run compare:docs\`, which is \`standin ${args.join(" ")}\`.`;
const measured = [BEGIN, "", head, "", tables.trim(), "", END].join("\n");
writeFileSync(page, text.slice(0, from) + measured + text.slice(to + END.length));

const { parts } = JSON.parse(run([program, "list", "--json"]));
for (const { name } of parts.filter((part) => !text.includes(`- \`${part.name}\`:`))) {
  console.error(`compare:docs: ${name} has no sentence in docs/parts.md yet`);
}
