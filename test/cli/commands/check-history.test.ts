import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../../../src/cli/command-line.ts";
import { recordedIo } from "../recorded-io.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-history-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function standin(line: string) {
  const io = recordedIo({ cwd: folder });
  const code = await run(["check-history", ...line.split(" ").filter((word) => word !== "")], io);
  return { code, out: io.out(), err: io.err() };
}

const write = [
  { process: 0, type: "invoke", f: "write", value: 3 },
  { process: 0, type: "ok", f: "write", value: 3 },
];
const read = (value: number) => [
  { process: 1, type: "invoke", f: "read" },
  { process: 1, type: "ok", f: "read", value },
];

function file(content: unknown, name = "h.json"): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(join(folder, name), text);
}

test("check-history: linearizable", async () => {
  file([...write, ...read(3)]);
  expect(await standin("h.json --model register")).toEqual({
    code: 0,
    out: "linearizable as register: 2 operations in order (2 steps)\n",
    err: "",
  });
  const { code, out } = await standin("h.json --model register --json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    model: "register",
    verdict: "linearizable",
    operations: 2,
    steps: 2,
    order: [0, 2],
  });
});

test("check-history: not linearizable, from one entry a line", async () => {
  file([...write, ...read(4)].map((entry) => JSON.stringify(entry)).join("\n"));
  const { code, out } = await standin("h.json --model register");
  expect(code).toBe(1);
  expect(out).toMatch(/^not linearizable as register \(\d+ steps\)\n\ncannot be linearized: read/);
  const asJson = await standin("h.json --model register --json");
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.out)).toMatchObject({
    model: "register",
    verdict: "not-linearizable",
    operations: 2,
    failures: [{ stuck: { callIndex: 2 }, partials: [{ order: [0], state: "holds 3" }] }],
  });
});

test("check-history: the object that fails is named", async () => {
  file([
    { process: 0, type: "invoke", f: "get", key: "x" },
    { process: 0, type: "ok", f: "get", value: 7 },
  ]);
  const { out } = await standin("h.json --model key-value --json");
  expect(JSON.parse(out)).toMatchObject({ failures: [{ key: "x" }] });
});

test("check-history: unknown is exit code 3", async () => {
  const calls = Array.from({ length: 8 }, (_, process) => ({
    process,
    type: "invoke",
    f: "write",
    value: process,
  }));
  const returns = calls.map((call) => ({ ...call, type: "ok" }));
  file([...calls, ...returns, ...read(9).map((entry) => ({ ...entry, process: 9 }))]);
  const { code, out } = await standin("h.json --model register --max-steps 5");
  expect(code).toBe(3);
  expect(out).toBe("unknown whether linearizable as register: the bound of 5 steps was reached\n");
  const asJson = await standin("h.json --model register --max-steps 5 --json");
  expect(asJson.code).toBe(3);
  expect(JSON.parse(asJson.out)).toMatchObject({
    verdict: "unknown",
    operations: 9,
    maxSteps: 5,
  });
});

test.each([
  ["", "FILE: expected one, got none"],
  ["h.json x.json --model register", 'FILE: expected one, got also "x.json"'],
  [
    "h.json",
    "--model: expected one of register, cas-register, key-value, counter, queue, bank, got none",
  ],
  [
    "h.json --model toString",
    "--model: expected one of register, cas-register, key-value, counter",
  ],
  [
    "h.json --model register --max-steps 0",
    '--max-steps: expected a whole number from 1 to 1000000000, got "0"',
  ],
  [
    "none.json --model register",
    'FILE: expected a file that can be read, got "none.json" (ENOENT)',
  ],
  ["h.json --model bank", 'history, index 0: f: expected "transfer", "deposit" or "read" for bank'],
])("check-history: %j is exit code 2", async (line, message) => {
  file(write);
  const { code, out, err } = await standin(line);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^standin check-history: .*\n\(standin check-history --help says more\)\n$/);
  expect(err).toContain(message);
});

test.each([
  ["a reply without a call", write.slice(1), "expected an invoke of process 0 before its ok"],
  ["truncated JSON", JSON.stringify(write).slice(0, -8), "got text that ends too early"],
  ["a text", "hello", "expected a JSON array"],
  ["nothing", "", "got nothing"],
  ["time that goes back", write.map((entry, at) => ({ ...entry, time: 5 - at })), "time: expected"],
])("check-history: %s is exit code 2", async (_, content, message) => {
  file(content);
  const { code, out, err } = await standin("h.json --model register");
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
  expect(err.split("\n")).toHaveLength(3);
});
