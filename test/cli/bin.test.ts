import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, type TestContext, test } from "vitest";

const BIN = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-bin-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function start(context: TestContext, line: string): { child: ChildProcess; err: () => string } {
  if (!existsSync(BIN)) context.skip("dist/ is not built: npm run build");
  const child = spawn(process.execPath, [BIN, ...line.split(" ")], { cwd: folder });
  const err: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk.toString()));
  return { child, err: () => err.join("") };
}

test("bin: data to stdout, and the exit code", async (context) => {
  const { child, err } = start(context, "run counter --json");
  const out: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk.toString()));
  expect(await once(child, "close")).toEqual([0, null]);
  expect(JSON.parse(out.join(""))).toMatchObject({ scenario: "counter" });
  expect(err()).toBe("");
});

test("bin: a mistake is exit code 2", async (context) => {
  const { child, err } = start(context, "run counter --crash a@never");
  expect(await once(child, "close")).toEqual([2, null]);
  expect(err()).toContain("--crash a@never: expected a duration");
});

test("bin: a reader who has had enough is no failure", async (context) => {
  const { child, err } = start(context, "run counter");
  child.stdout?.destroy();
  expect(await once(child, "close")).toEqual([0, null]);
  expect(err()).toBe("");
});

test("bin: an interruption ends a long run and leaves no file behind", async (context) => {
  const { child } = start(context, "run counter --interval 1ms --until 60m --trace t.json");
  const closed = once(child, "close");
  // The trace's temporary file appears when the run has begun.
  while (readdirSync(folder).length === 0 && child.exitCode === null) await setTimeout(5);
  child.kill("SIGINT");
  expect(await closed).toEqual([130, null]);
  expect(readdirSync(folder)).toEqual([]);
});
