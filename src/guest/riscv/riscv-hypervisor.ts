import type { GuestImage } from "../guest.ts";
import { parseElf } from "./elf.ts";
import { decodeBase64 } from "./images/base64.ts";
import { hypervisorImage } from "./images/hypervisor.ts";
import { patchImage } from "./loaded-image-patch.ts";
import type { MachineDefects } from "./machine-options.ts";
import { riscvGuest } from "./riscv-guest.ts";

/** Options of {@link riscvHypervisor}. */
export interface RiscvHypervisorOptions {
  /** RAM: a multiple of 4096; the hypervisor needs 184 KiB. Default 256 KiB. */
  readonly memoryBytes?: number;
  /** Rounds of each inner machine until all of it powers off, 0 for ever. Default 0. */
  readonly rounds?: number;
  /** From one round to the next, in steps of the timer: 10,000 are 1 ms. Default 200,000. */
  readonly period?: number;
  /** Decides what the inner machines write: 1 to 2^32 - 2. Default 1. */
  readonly seed?: number;
  /** Defects of the machine under the hypervisor, for tests to notice. */
  readonly broken?: MachineDefects;
}

const MEMORY_BYTES_DEFAULT = 262_144;

const PERIOD_DEFAULT = 200_000;

/**
 * A RISC-V machine in which a hypervisor runs two inner machines by turns: the program
 * `guests/riscv/hypervisor`. It asks for nothing and answers nobody; now and then it prints what the
 * inner machines have come to. While they run it moves their pages and takes them away for a while, so
 * that its tables change between an inner write and the next checkpoint.
 *
 * @throws StandinRangeError `MEMORY_BYTES`, `IMAGE_TOO_LARGE` for an unfit memory, when a machine is made.
 */
export function riscvHypervisor(options: RiscvHypervisorOptions = {}): GuestImage {
  const { memoryBytes = MEMORY_BYTES_DEFAULT, rounds = 0, period = PERIOD_DEFAULT } = options;
  const { seed = 1, broken = {} } = options;
  const image = patchImage(parseElf(decodeBase64(hypervisorImage)), {
    hypervisor_rounds: rounds,
    hypervisor_period: period,
    hypervisor_seed: seed,
  });
  return riscvGuest({ name: "riscv-hypervisor", image, memoryBytes, broken });
}
