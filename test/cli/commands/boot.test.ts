// covers src/cli/commands/boot.ts, src/cli/boot-options.ts, src/cli/boot-report.ts
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BootReport } from "../../../src/cli/boot-report.ts";
import { run } from "../../../src/cli/command-line.ts";
import type { Keyboard } from "../../../src/cli/keyboard.ts";
import { recordedIo } from "../recorded-io.ts";

const programs = fileURLToPath(new URL("../../../guests/riscv/bin/", import.meta.url));

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "standin-boot-"));
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** An image of these instructions in a file. */
function image(name: string, ...words: number[]): string {
  writeFileSync(join(cwd, name), Uint8Array.from(words.flatMap(littleEndian)));
  return name;
}

const littleEndian = (word: number): number[] => [0, 8, 16, 24].map((by) => (word >>> by) & 0xff);

async function boot(...args: string[]) {
  const io = recordedIo({ cwd });
  const code = await run(["boot", ...args], io);
  return { code, out: io.out(), err: io.err() };
}

async function report(...args: string[]): Promise<BootReport & { code: number }> {
  const { code, out } = await boot(...args, "--json");
  return { code, ...(JSON.parse(out) as BootReport) };
}

test("boot: a program prints on the terminal and powers off", async () => {
  const { code, out, err } = await boot(join(programs, "sort.elf"), "--memory", "1MiB");
  expect(out).toMatch(/^sort: rounds 10 words 4096 checksum 0x[0-9a-f]{8}\n$/);
  expect(err).toMatch(/^standin boot: powered off with code 0, after [0-9,]+ instructions\n$/);
  expect(code).toBe(0);
});

test("boot: as JSON, the same in every run", async () => {
  const first = await report(join(programs, "self-modifying.elf"));
  expect(first).toMatchObject({ code: 0, reason: "power-off", exitCode: 0 });
  expect(first.console).toContain("self-modifying:");
  expect(first.instructions).toBeGreaterThan(1_000);
  expect(await report(join(programs, "self-modifying.elf"))).toEqual(first);
  const smaller = await report(join(programs, "self-modifying.elf"), "--memory", "4MiB");
  expect(smaller.hash).not.toBe(first.hash);
});

test("boot: an illegal instruction without a handler is one error, with its address", async () => {
  const file = image("illegal", 0x13, 0xffff_ffff);
  const { code, err } = await boot(file);
  expect(code).toBe(1);
  expect(err).toBe(
    "standin boot: illegal instruction that nothing handles, at 0x80000004: instruction 0xffffffff, value 0xffffffff, hart 0, after 2 instructions\n",
  );
  const json = await report(file);
  expect(json).toMatchObject({ code: 1, reason: "halted", instructions: 1, ticks: 2 });
  expect(json.error).toContain("at 0x80000004");
});

test("boot: an access outside memory names address and instruction", async () => {
  // lui a0, 0x40000; lw a1, 4(a0)
  const { code, err } = await boot(image("outside", 0x4000_0537, 0x0045_2583));
  expect(code).toBe(1);
  expect(err).toContain("load access fault that nothing handles, at 0x80000004");
  expect(err).toContain("instruction 0x00452583, value 0x40000004");
});

test("boot: a program that never ends is stopped at the bound, also one that only traps", async () => {
  const endless = await boot(image("endless", 0x6f), "--max-instructions", "1000");
  expect(endless.code).toBe(3);
  expect(endless.err).toContain("stopped after 1,000 instructions (--max-instructions 1000)");
  // auipc t0, 0; addi t0, t0, 12; csrw mtvec, t0; an illegal instruction as the handler
  const traps = image("traps", 0x297, 0x00c2_8293, 0x3052_9073, 0);
  const run = await report(traps, "--max-instructions", "5000000");
  expect(run).toMatchObject({ code: 3, reason: "limit", ticks: 5_000_000, instructions: 3 });
});

test("boot: a program that waits for input that cannot come is idle", async () => {
  // wfi with no interrupt enabled
  const { code, err } = await boot(image("waits", 0x1050_0073, 0x6f));
  expect([code, err]).toEqual([
    3,
    "standin boot: the machine waits for input, after 1 instructions\n",
  ]);
});

test("boot: what a person types reaches the machine, and an interruption ends it", async () => {
  const abort = new AbortController();
  const typed = [97, 98];
  let isClosed = false;
  const keyboard = (): Keyboard => ({
    type(take) {
      const next = typed.splice(0, 1);
      if (next.length > 0) expect(take(Uint8Array.from(next))).toBe(1);
      else abort.abort();
    },
    wait: () => Promise.resolve(),
    close: () => {
      isClosed = true;
    },
  });
  const io = recordedIo({ cwd, keyboard, signal: abort.signal });
  expect(await run(["boot", join(programs, "timer-echo.elf")], io)).toBe(130);
  expect(io.out()).toContain("a");
  expect(isClosed).toBe(true);
});

test.each([
  [["--json"], "FILE: expected one, got none"],
  [["a", "b"], 'FILE: expected one, got also "b"'],
  [["nowhere"], 'FILE: expected a file that can be read, got "nowhere" (ENOENT)'],
  [["endless", "--memory", "3KiB"], "from 64 KiB to 1 GiB, got 3072"],
  [
    ["endless", "--memory", "32"],
    '--memory: expected a number and KiB, MiB or GiB, such as 32MiB, got "32"',
  ],
  [["endless", "--max-instructions", "0"], "--max-instructions: expected a whole number from 1"],
  [["endless", "--harts", "3"], "--harts: expected a whole number from 1 to 2"],
  [["endless", "--disk", "0KiB"], "--disk: expected a size from 1KiB"],
  [["endless", "--append", "é"], "printable ASCII"],
])("boot: %j is refused with one sentence", async (args, message) => {
  image("endless", 0x6f);
  const { code, out, err } = await boot(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
  expect(err.trimEnd().split("\n")).toHaveLength(2);
});

test("boot: a file that is no program for this machine is refused with one sentence", async () => {
  const elf = readFileSync(join(programs, "sort.elf"));
  const changed = (at: number, byte: number) => {
    const copy = Uint8Array.from(elf);
    copy[at] = byte;
    return copy;
  };
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ["truncated", elf.subarray(0, 300), /expected segment \d+ within the 300 bytes of the file/],
    ["64-bit", changed(4, 2), /expected a 32-bit ELF file/],
    ["other", changed(18, 40), /expected/],
    ["empty", new Uint8Array(0), /expected an image of some bytes/],
    ["large", new Uint8Array(70_000), /0x80000000|70000/],
  ];
  for (const [name, bytes, message] of cases) {
    writeFileSync(join(cwd, name), bytes);
    const { code, err } = await boot(name, "--memory", "64KiB");
    expect(code, name).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split("\n")).toHaveLength(2);
  }
});
