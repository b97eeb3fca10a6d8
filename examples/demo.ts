// `npm run demo`: something to look at. `npm run demo -- NAME [--trace FILE]` chooses another demo.
import { parseArgs } from "node:util";
import { terminalStyle } from "#src/cli/terminal-style";
import type { Demo } from "./demos/demo.ts";
import { riscvDemo } from "./demos/riscv-demo.ts";
import { shadowDemo } from "./demos/shadow-demo.ts";
import { sqliteDemo } from "./demos/sqlite-demo.ts";

const demos: readonly Demo[] = [sqliteDemo, riscvDemo, shadowDemo];

const list = demos.map(({ name, about }) => `  ${name.padEnd(10)}${about}\n`).join("");
const usage = `usage: npm run demo -- [NAME] [--trace FILE.json]\n\ndemos\n${list}`;

function fail(message: string): never {
  process.stderr.write(`demo: ${message}\n${usage}`);
  process.exit(2);
}

function readArguments(): { name: string; trace: string | undefined; help: boolean } {
  const options = { trace: { type: "string" }, help: { type: "boolean" } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [name = demos[0]?.name ?? "", extra] = positionals;
    if (extra !== undefined) fail(`expected one name, got also "${extra}"`);
    return { name, trace: values.trace, help: values.help === true };
  } catch (error) {
    fail(error instanceof Error ? (error.message.split(/\. |\n/, 1)[0] ?? "") : String(error));
  }
}

const { name, trace, help } = readArguments();
if (help) {
  process.stdout.write(usage);
  process.exit(0);
}
const demo = demos.find((each) => each.name === name);
if (demo === undefined) fail(`expected one of the demos below, got "${name}"`);
const isTerminal = process.stdout.isTTY;
const style = terminalStyle({ env: process.env, isTerminal });
const print = (text: string): void => void process.stdout.write(`${text}\n`);
process.exitCode = (await demo.run({ print, style, trace })) ? 0 : 1;
