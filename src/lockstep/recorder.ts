import type { Guest, GuestRun } from "../guest/guest.ts";
import type { MachineTap } from "../host/machine-tap.ts";
import type { Process } from "../sim/process.ts";
import type { DiskReads } from "./disk-reads.ts";
import type { Answer, StretchEntry } from "./log-entry.ts";
import { stretchCheck } from "./stretch-check.ts";

/** Defects of a recorder that can be switched on to show that the checks notice. */
export interface RecorderDefects {
  /** What the guest reads from the clock is not recorded. */
  readonly clockNotLogged?: boolean;
  /** What the guest reads from its disk is not recorded, although whoever replays asks the log for it. */
  readonly diskReadNotLogged?: boolean;
}

/** What a recorder is made of. */
export interface RecorderOptions {
  readonly guest: Guest;
  /** Gets each stretch when it is over, and what it sent: an array that changes afterwards. */
  readonly take: (entry: StretchEntry, sent: readonly Uint8Array[]) => void;
  /** Whether what the guest reads from its disk is recorded. */
  readonly diskReads: DiskReads;
  /** What the virtual processor does at each boundary; nothing if there is none. */
  readonly exit: () => Process | undefined;
  /** Default none. */
  readonly broken?: RecorderDefects | undefined;
}

/**
 * Records what a running machine does not work out by itself, stretch by stretch. It begins at a boundary
 * where the machine stands still (see `VirtualMachine.setTap`).
 *
 * Not recorded is which hart of several runs when: it is decided below what a hypervisor sees, as on real
 * multiprocessors. A replay of such a machine diverges, and is noticed by the check value.
 */
export class Recorder implements MachineTap {
  readonly #options: RecorderOptions;
  #input: Uint8Array | undefined;
  #answers: Answer[] = [];
  #instructionCount: number;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#instructionCount = options.guest.instructionCount ?? 0;
  }

  delivered(packet: Uint8Array): void {
    this.#input = packet;
  }

  clockRead(value: number): void {
    if (this.#options.broken?.clockNotLogged === true) return;
    this.#answers.push({ service: "clock", value });
  }

  randomDrawn(value: number): void {
    this.#answers.push({ service: "random", value });
  }

  diskRead(bytes: Uint8Array): void {
    const { diskReads, broken } = this.#options;
    if (diskReads === "own" || broken?.diskReadNotLogged === true) return;
    this.#answers.push({ service: "disk", bytes });
  }

  ran({ usedNs, boundary }: GuestRun, sent: readonly Uint8Array[]): void {
    const { guest, take } = this.#options;
    const instructionCount = guest.instructionCount ?? 0;
    const entry: StretchEntry = {
      type: "stretch",
      input: this.#input,
      answers: this.#answers,
      usedNs,
      boundary,
      instructions: instructionCount - this.#instructionCount,
      check: stretchCheck(guest.saveRegisters(), sent),
    };
    this.#input = undefined;
    this.#answers = [];
    this.#instructionCount = instructionCount;
    take(entry, sent);
  }

  exit(): Process | undefined {
    return this.#options.exit();
  }
}
