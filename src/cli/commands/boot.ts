import { setImmediate } from "node:timers/promises";
import { isElf, parseElf } from "../../guest/riscv/elf.ts";
import { flatImage } from "../../guest/riscv/flat-image.ts";
import type { MachineRun } from "../../guest/riscv/machine-run.ts";
import { stoppedBy } from "../../guest/riscv/riscv-guest.ts";
import { RiscvMachine } from "../../guest/riscv/riscv-machine.ts";
import { type BootOptions, parseBootOptions } from "../boot-options.ts";
import { bootReport } from "../boot-report.ts";
import type { Command } from "../command.ts";
import type { CommandIo } from "../command-io.ts";
import { ConsoleText } from "../console-text.ts";
import { EXIT } from "../exit-code.ts";
import { readInputBytes } from "../input-file.ts";
import type { Keyboard } from "../keyboard.ts";

/** Largest file: what the largest memory holds. */
const FILE_BYTES_MAX: number = 1 << 30;

/** Ticks between two looks at keyboard and interruption. */
const SLICE_TICKS = 2_000_000;

const help = `usage: standin boot FILE [options]

Runs a program on the plain RISC-V machine, unprotected: RV32IMA with machine and user mode and
the devices of QEMU's virt board. FILE is an ELF file, or an image such as Linux's that is put at
the beginning of the memory, 0x80000000. The console is the terminal: what is typed goes to the
machine, Ctrl-C ends it.

options
  --memory SIZE            of the machine: 64KiB to 1GiB (default 32MiB)
  --max-instructions N     stop after so many (default 1000000000)
  --harts N                1 or 2 (default 1)
  --append TEXT            command line for an operating system (default none)
  --disk SIZE              an empty disk, up to 1GiB (default none)
  --json                   print one JSON object instead: why it ended, instructions, hash, console
  --help                   print this text

In the JSON object, "reason" is power-off (then "exitCode" says with which code), tohost (then
"tohost" is the value: 1 is a passed test of riscv-tests), halted (then "error" says where), idle
(it waits for input that cannot come) or limit. "instructions" are those completed; "hash" stands
for the final memory, registers and console: the same in every run.

examples
  standin boot guests/riscv/bin/sort.elf
  standin boot build/linux/Image --append "console=ttyS0" --max-instructions 100000000
  standin boot rv32ui-p-add --json

exit codes
  0    powered off with code 0, or tohost 1
  1    ended with another code or value, or by a trap that nothing handles
  2    the options or the file ask for something that cannot be; nothing was run
  3    it had not ended: too many instructions, or it waits for input
  130  interrupted
`;

/** `standin boot`: runs a program on the plain machine. */
export const bootCommand: Command = {
  name: "boot",
  summary: "run an ELF file or an image on the plain RISC-V machine",
  help,
  async run(args, io) {
    const options = parseBootOptions(args);
    const console = new ConsoleText(options.json ? undefined : (text) => io.stdout(text));
    const machine = build(options, io, console);
    const keyboard = options.json ? undefined : io.keyboard?.();
    try {
      const run = await runInSlices(machine, options.instructionsMax, io, keyboard, console);
      console.flush();
      if (run === undefined) return EXIT.interrupted;
      if (options.json) {
        io.stdout(`${JSON.stringify(bootReport(machine, run, console.bytes))}\n`);
      } else {
        io.stderr(`standin boot: ${describe(run, machine, options)}\n`);
      }
      return exitCode(run);
    } finally {
      keyboard?.close();
    }
  },
};

function build(
  { file, memoryBytes, harts, commandLine, diskBytes }: BootOptions,
  io: CommandIo,
  console: ConsoleText,
): RiscvMachine {
  const bytes = readInputBytes(file, io.cwd, FILE_BYTES_MAX);
  return new RiscvMachine({
    image: isElf(bytes) ? parseElf(bytes) : flatImage(bytes),
    memoryBytes,
    harts,
    commandLine,
    ...(diskBytes === undefined ? {} : { disk: { sizeBytes: diskBytes } }),
    onConsole: (byte) => {
      console.add(byte);
    },
  });
}

/** @returns Why it ended, `undefined` if the user has interrupted it. */
async function runInSlices(
  machine: RiscvMachine,
  instructionsMax: number,
  io: CommandIo,
  keyboard: Keyboard | undefined,
  console: ConsoleText,
): Promise<MachineRun | undefined> {
  for (;;) {
    const left = instructionsMax - machine.ticks;
    const run = machine.run(Math.min(SLICE_TICKS, left));
    console.flush();
    if (run.reason === "idle" && keyboard !== undefined) await keyboard.wait();
    else if (run.reason !== "limit" || machine.ticks === instructionsMax) return run;
    else await setImmediate();
    if (io.signal?.aborted === true) return undefined;
    keyboard?.type((typed) => machine.typeConsole(typed));
  }
}

function describe(run: MachineRun, machine: RiscvMachine, options: BootOptions): string {
  const ticks = machine.ticks.toLocaleString("en-US");
  if (run.reason === "limit") {
    return `stopped after ${ticks} instructions (--max-instructions ${options.instructionsMax})`;
  }
  if (run.reason === "idle") return `the machine waits for input, after ${ticks} instructions`;
  return `${stoppedBy(run)}, after ${ticks} instructions`;
}

function exitCode(run: MachineRun): number {
  switch (run.reason) {
    case "limit":
    case "idle":
      return EXIT.incomplete;
    case "power-off":
      return run.code === 0 ? EXIT.clean : EXIT.violated;
    case "tohost":
      return run.value === 1 ? EXIT.clean : EXIT.violated;
    case "halted":
      return EXIT.violated;
  }
}
