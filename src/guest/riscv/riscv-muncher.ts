import type { GuestImage } from "../guest.ts";
import { parseElf } from "./elf.ts";
import { decodeBase64 } from "./images/base64.ts";
import { muncherImage } from "./images/muncher.ts";
import { patchImage } from "./loaded-image-patch.ts";
import type { MachineDefects } from "./machine-options.ts";
import { riscvGuest } from "./riscv-guest.ts";

/** Options of {@link riscvMuncher}. */
export interface RiscvMuncherOptions {
  /** Pages that it writes to, 1 to 262,144. Default 64. */
  readonly pages?: number;
  /** Words that it writes in each round. Default 256. */
  readonly writesPerRound?: number;
  /** From one round to the next, in steps of the timer: 10,000 are 1 ms. Default 10,000. */
  readonly period?: number;
  /** Rounds between two lines on the console, before each of which it checks all it wrote; 0 for none. Default 100. */
  readonly reportRounds?: number;
  /** Rounds that it has made when it is booted; they print nothing. Default 0: it has not begun. */
  readonly bootRounds?: number;
  /** Decides what it writes where: 1 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /** Defects of the machine, for tests to notice. */
  readonly broken?: MachineDefects;
}

/** The program before the pages that it writes to, and the device tree behind them. */
const OTHER_BYTES = 64 * 1_024;

const TICKS_PER_TIMER_STEP = 10;

const PAGE_BYTES = 4_096;

/**
 * A RISC-V machine that writes random words all over its memory: the program `guests/riscv/muncher`.
 * It asks for nothing and answers nobody; now and then it sums up what it has written, prints the
 * sum, and panics if the memory holds anything else.
 *
 * @throws StandinRangeError `BOOT_TICKS` for a boot of more than ten seconds; `MEMORY_BYTES` for more
 *   pages than a machine can have, when one is made.
 */
export function riscvMuncher(options: RiscvMuncherOptions = {}): GuestImage {
  const { pages = 64, writesPerRound = 256, period = 10_000, reportRounds = 100 } = options;
  const { bootRounds = 0, seed = 1, broken = {} } = options;
  const image = patchImage(parseElf(decodeBase64(muncherImage)), {
    muncher_pages: pages,
    muncher_writes_per_round: writesPerRound,
    muncher_period: period,
    muncher_report_rounds: reportRounds,
    muncher_seed: seed,
  });
  const memoryBytes = OTHER_BYTES + pages * PAGE_BYTES;
  const bootTicks = bootRounds * period * TICKS_PER_TIMER_STEP;
  return riscvGuest({ name: "muncher", image, memoryBytes, bootTicks, broken });
}
