import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test("docs/cluster.md: what it shows of a command is what the command prints", () => {
  const document = readFileSync(path("../../docs/cluster.md"), "utf8");
  const [, line, shown] = /```\n\$ standin (.*?)\n(.*?)```/s.exec(document) ?? [];
  expect(line).toBeDefined();
  const printed = execFileSync("node", [path("../../dist/cli/bin.js"), ...line!.split(" ")], {
    encoding: "utf8",
    cwd: path("../.."),
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  expect(printed).toBe(shown);
});
