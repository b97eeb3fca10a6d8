import { existsSync, readFileSync } from "node:fs";
import { formatTime, ms, type Nanoseconds, runText } from "standin";
import { flatImage, type GuestImage, type RiscvGuest, riscvGuest } from "standin/guests";
import { runFacts } from "#src/cli/run-facts";
import { parseElf } from "#src/guest/riscv/elf";
import { decodeBase64 } from "#src/guest/riscv/images/base64";
import { muncherImage } from "#src/guest/riscv/images/muncher";
import { runReport } from "#src/report/run-report";
import { LINUX_IMAGE_PATH } from "../linux/kernel.ts";
import { type Agreement, compareMemory } from "./bank-comparison.ts";
import type { Demo } from "./demo.ts";
import { runAlone, runProtected } from "./riscv-run.ts";

const UNTIL_NS: Nanoseconds = ms(1_000);

/** While Linux sets up its network; the other program is always at work. */
const CRASH_AT_NS: Nanoseconds = ms(123);

const INTRODUCTION = `A whole computer runs on host a: a RISC-V processor, memory, timer, serial port, network card. Every 10 ms
it is stopped between two instructions and the pages that were written are copied to host b. What it
prints is held back until b has the state that printed it. Then host a loses power.`;

interface Program {
  readonly what: string;
  readonly image: GuestImage;
}

/** Linux, where it was built; a program that prints while it fills memory everywhere else. */
function program(): Program {
  const memoryBytes = 32 << 20;
  if (existsSync(LINUX_IMAGE_PATH)) {
    const image = flatImage(new Uint8Array(readFileSync(LINUX_IMAGE_PATH)));
    const commandLine = "console=ttyS0 earlycon";
    return {
      what: "Linux, which boots to the prompt of its console",
      image: riscvGuest({ name: "linux", image, memoryBytes, commandLine }),
    };
  }
  const image = parseElf(decodeBase64(muncherImage));
  return {
    what: "a program that writes all over its memory (npm run build:linux would make it Linux)",
    image: riscvGuest({ name: "muncher", image, memoryBytes }),
  };
}

/** A RISC-V computer survives the death of its host. */
export const riscvDemo: Demo = {
  name: "riscv",
  about: "a RISC-V computer, Linux if it was built, whose host dies while it boots",
  run({ print, style }) {
    const { what, image } = program();
    print(`${style("strong", "A computer survives the death of its host")}\n\n${INTRODUCTION}\n`);
    print(`  it runs ${what}\n  host a dies at ${style("bad", formatTime(CRASH_AT_NS))}\n`);
    const run = runProtected(image, UNTIL_NS, CRASH_AT_NS);
    print(
      runText(runReport(run.metrics, runFacts(run.simulation, image.name)), run.timeline, style),
    );
    print("Its console, the end:");
    const text = new TextDecoder().decode(run.transcript).replace(/\r/g, "");
    for (const line of text.trimEnd().split("\n").slice(-8)) print(`  ${line.slice(0, 96)}`);

    const { ticks } = run.survivor.machine;
    print(
      `\nCompared with a machine that never fails, after the same ${ticks.toLocaleString("en-US")} ticks:`,
    );
    const alone = runAlone(image, ticks);
    const agreements = [
      compareMemory(run.survivor, alone),
      compareBytes("registers and devices, bytes", registersOf(run.survivor), registersOf(alone)),
      compareBytes("console, bytes", run.transcript, printedBy(alone, run.transcript.length)),
    ];
    const checks = agreements.map(({ what: compared, equal, of }) => {
      const holds = equal === of && of > 0;
      const counted = `${compared.padEnd(30)}${`${equal} of ${of}`.padStart(18)} equal`;
      print(`  ${style(holds ? "good" : "bad", `${holds ? "✓" : "✗"} ${counted}`)}`);
      return holds;
    });
    const others = [run.activeHost === "b", run.simulation.violations.length === 0];
    return Promise.resolve([...checks, ...others].every((holds) => holds));
  },
};

function registersOf({ machine }: RiscvGuest): Uint8Array {
  return machine.saveRegisters();
}

/** What a machine has printed: its console line keeps the last 64 KiB in memory. */
function printedBy(guest: RiscvGuest, bytes: number): Uint8Array {
  const ring = guest.memory.regions.find(({ name }) => name === "console");
  if (ring === undefined || bytes > ring.pageCount * 4_096) return new Uint8Array(0);
  return guest.memory.dmaRead(ring.basePage * 4_096, bytes);
}

function compareBytes(what: string, ours: Uint8Array, theirs: Uint8Array): Agreement {
  const equal = ours.filter((byte, index) => byte === theirs[index]).length;
  return { what, equal, of: Math.max(ours.length, theirs.length) };
}
