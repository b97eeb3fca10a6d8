import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Bans, findNondeterminism } from "./rules/determinism.ts";
import { projectFilesUnder } from "./rules/source-text.ts";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const bans = read("./determinism.json") as Bans & { mathBanned: string[] };
const { outside, packages } = read("./layers.json") as {
  outside: string[];
  packages: Record<string, string[]>;
};

function check(text: string): string[] {
  return findNondeterminism([{ path: "src/sim/a.ts", text }], bans);
}

test("determinism: the library does not read the outside world", () => {
  const inside = projectFilesUnder(["src/"], ".ts").filter(
    ({ path }) => !outside.some((folder) => path.startsWith(`src/${folder}/`)),
  );
  expect(findNondeterminism(inside, bans, packages)).toEqual([]);
});

test.each([
  "const now = Date.now();",
  "const now = new Date();",
  "const now = performance.now();",
  "const seed = process.env;",
  "setTimeout(() => {}, 1);",
  "const x = Math.random();",
  "const x = Math.pow(2, 3);",
  "const x = Math.exp(1);",
  "const x = Math.log(2);",
  "const x = Math.sin(1);",
  "const x = Math.cos(1);",
  'const x = Math["random"]();',
  "const { random } = Math;",
  "const x = 2 ** 3;",
  "let x = 2; x **= 3;",
  "for (const key in object) {}",
  "async function f() {}",
  "const f = async () => {};",
  "class A { async f() {} }",
  "function f(): Promise<void> { return undefined; }",
  "const x = await y;",
  'import { readFileSync } from "node:fs";',
  'import sql from "sql.js";',
  'const fs = import("./a.ts");',
  "const url = import.meta.url;",
  'const x = "a".localeCompare("b");',
  "const x = (1).toLocaleString();",
  "const x = new Intl.NumberFormat();",
  "const x = globalThis;",
  "const x = { process };",
  "function f({ now = Date.now } = {}) {}",
  // declared in another function: here it is still the global one
  "function f(process: number) {}\nconst x = process.argv;",
])("determinism: found in %s", (text) => {
  expect(check(text)).toHaveLength(1);
});

test.each([
  "// Date.now() and 2 ** 3 and await",
  'const text = "Date.now() Math.random() process.env";',
  "const text = `for (const key in object) ${1}`;",
  "const x = Math.imul(3, Math.floor(2));",
  "for (const process of processes) { process.kill(); }",
  "function f(process: number): number { return process; }",
  "const f = (process: number): number => { { return process; } };",
  "interface A { process: string; Date: number }",
  "class A { process = 1; Date(): number { return this.process; } }",
  "const x = a.process.name;",
  "const x = { process: 1 };",
  "const { process } = host; process.kill();",
  'import { race } from "../sim/race.ts";',
])("determinism: not found in %s", (text) => {
  expect(check(text)).toEqual([]);
});

test("determinism: the banned functions of Math are those that are not allowed", () => {
  const names = Object.getOwnPropertyNames(Math);
  const listed = new Set([...bans.mathAllowed, ...bans.mathBanned]);
  expect(names.filter((name) => !listed.has(name) && /^[a-z]/i.test(name))).toEqual([]);
  expect(bans.mathAllowed.filter((name) => bans.mathBanned.includes(name))).toEqual([]);
});

test("determinism: a package is found outside the folder that may import it", () => {
  const from = (path: string): string[] =>
    findNondeterminism([{ path, text: 'import "vitest";' }], bans, packages);
  expect(from("src/vitest/a.ts")).toEqual([]);
  expect(from("src/matchers/a.ts")).toHaveLength(1);
});
