// covers src/cli/command-line.ts, src/cli/commands.ts, src/cli/version.ts, src/cli/exit-code.ts
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../../src/cli/command-line.ts";
import { commands } from "../../src/cli/commands.ts";
import { EXIT } from "../../src/cli/exit-code.ts";
import { recordedIo } from "./recorded-io.ts";

test("command line: --help lists every command, with examples", async () => {
  for (const flag of ["--help", "-h"]) {
    const io = recordedIo();
    expect(await run([flag], io)).toBe(EXIT.clean);
    expect(io.err()).toBe("");
    for (const { name, summary } of commands) {
      expect(io.out()).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
    }
    expect(io.out()).toContain("standin run counter --crash a@310ms\n");
  }
});

test.each(commands.map((command) => [command.name, command] as const))(
  "command line: %s --help says usage, options, examples",
  async (name, command) => {
    for (const args of [
      [name, "--help"],
      [name, "counter", "-h"],
      [name, "--bogus", "--help"],
    ]) {
      const io = recordedIo();
      expect(await run(args, io)).toBe(EXIT.clean);
      expect(io.out()).toBe(command.help);
    }
    expect(command.help).toMatch(new RegExp(`^usage: standin ${name}\\b`));
    expect(command.help).toMatch(/^options$/m);
    expect(command.help).toMatch(/^examples$/m);
    for (const line of command.help.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  },
);

test("command line: --version is that of the package", async () => {
  const io = recordedIo();
  expect(await run(["--version"], io)).toBe(EXIT.clean);
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  expect(io.out()).toBe(`${(JSON.parse(manifest) as { version: string }).version}\n`);
});

test.each([
  [[], "none"],
  [["bogus"], '"bogus"'],
  [["--bogus"], '"--bogus"'],
])("command line: %j is no command", async (argv, given) => {
  const io = recordedIo();
  expect(await run(argv, io)).toBe(EXIT.usage);
  expect(io.out()).toBe("");
  const names = commands.map(({ name }) => name).join(", ");
  expect(io.err()).toBe(
    `standin: expected a command (${names}), got ${given}\n(standin --help says more)\n`,
  );
});
