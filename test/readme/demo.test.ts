import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test("readme: what it shows of the demo is what the demo prints", () => {
  const printed = execFileSync("node", [path("../../build/examples/demo.js")], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  const [, shown] =
    /```\n(sqlite, seed 7.*?)```/s.exec(readFileSync(path("../../README.md"), "utf8")) ?? [];
  expect(shown).toBeDefined();
  expect(printed).toContain(shown);
});
