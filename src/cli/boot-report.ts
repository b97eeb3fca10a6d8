import { stateDigest } from "../checkpoint/state-digest.ts";
import type { MachineRun } from "../guest/riscv/machine-run.ts";
import { stoppedBy } from "../guest/riscv/riscv-guest.ts";
import type { RiscvMachine } from "../guest/riscv/riscv-machine.ts";
import { MemoryDigest } from "../memory/memory-digest.ts";
import { xxh32 } from "../sim/hash.ts";

/** What `standin boot --json` prints. */
export interface BootReport {
  readonly reason: MachineRun["reason"];
  /** The code with which it powered off. */
  readonly exitCode?: number;
  /** The word that the program wrote to `tohost`. */
  readonly tohost?: number;
  /** What went wrong and where, if a trap ended it. */
  readonly error?: string;
  /** Instructions completed, by all harts. */
  readonly instructions: number;
  /** Instructions begun, trapped ones too, and waiting: the machine's time. */
  readonly ticks: number;
  /** Stands for the final memory, registers and console. */
  readonly hash: string;
  /** What was printed, at most the first MiB. */
  readonly console: string;
}

/** Says how a machine ended. */
export function bootReport(
  machine: RiscvMachine,
  run: MachineRun,
  printed: Uint8Array,
): BootReport {
  const state = stateDigest(new MemoryDigest(machine.memory), machine.saveRegisters());
  const instructions = machine.harts.reduce((sum, { retired }) => sum + retired, 0);
  return {
    reason: run.reason,
    ...(run.reason === "power-off" ? { exitCode: run.code } : {}),
    ...(run.reason === "tohost" ? { tohost: run.value } : {}),
    ...(run.reason === "halted" ? { error: stoppedBy(run) } : {}),
    instructions,
    ticks: machine.ticks,
    hash: `${state}-${xxh32(printed).toString(16).padStart(8, "0")}`,
    console: new TextDecoder().decode(printed),
  };
}
