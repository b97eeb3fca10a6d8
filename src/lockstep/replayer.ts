import type { DiskRead } from "../guest/guest.ts";
import { QUANTUM_NS, type VirtualMachine } from "../host/virtual-machine.ts";
import { assert } from "../sim/assert.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { DiskReads } from "./disk-reads.ts";
import type { Answer, StretchEntry } from "./log-entry.ts";
import { ReplaySource } from "./replay-source.ts";
import { stretchCheck } from "./stretch-check.ts";

/** Defects of a replay that can be switched on to show that the checks notice. */
export interface ReplayerDefects {
  /** Input is delivered one stretch later than it was. */
  readonly inputOneLate?: boolean;
  /** A read of the disk is given the logged bytes of the read before it, if they are as many. */
  readonly diskReadOneLate?: boolean;
  /** A stretch ends an instruction before the log says that it does; the next one begins with it. */
  readonly oneInstructionShort?: boolean;
  /** Whether the replay does what the primary did is not looked at. */
  readonly unchecked?: boolean;
}

/** What a replay is made of. */
export interface ReplayerOptions {
  /** Where the machine gets what it reads from its disk; as the log was recorded. */
  readonly diskReads: DiskReads;
  /** Default none. */
  readonly broken?: ReplayerDefects | undefined;
}

/** What a replayed stretch came to. */
export interface Replayed {
  /** What the machine sent; the caller keeps it. */
  readonly sent: readonly Uint8Array[];
  /** In what the machine did something else than the log says; `undefined` if it did the same. */
  readonly divergence: string | undefined;
  /** What the machine's own disk has read. */
  readonly ownReads: readonly DiskRead[];
}

/**
 * Has a machine that is not started do what another one did, stretch by stretch. The work of a stretch is
 * done at once; who replays pays for it.
 */
export class Replayer {
  readonly #vm: VirtualMachine;
  readonly #diskReads: DiskReads;
  readonly #broken: ReplayerDefects;
  /** Only for the broken variant that delivers late. */
  #late: Uint8Array | undefined;
  /** Only for the broken variant whose disk is late. */
  #lateRead: Uint8Array | undefined;

  /** @param vm Not started, and run by nobody else. */
  constructor(vm: VirtualMachine, { diskReads, broken = {} }: ReplayerOptions) {
    this.#vm = vm;
    this.#diskReads = diskReads;
    this.#broken = broken;
  }

  /** Does a stretch; the machine is in the state that the other one had before it. */
  replay(entry: StretchEntry): Replayed {
    const { guest, port, started } = this.#vm;
    assert(!started, "a machine that runs replays nothing");
    const answers = this.#broken.diskReadOneLate ? this.#lateReads(entry) : entry.answers;
    const source = new ReplaySource(answers, this.#vm.host.clock, this.#diskReads);
    const before = guest.instructionCount ?? 0;
    port.source = source;
    port.forget();
    const input = this.#due(entry.input);
    if (input !== undefined) guest.deliver(input);
    const { usedNs, boundary } = guest.run(this.#budgetNs(entry));
    port.source = undefined;
    const sent = [...port.transmitted];
    port.forget();
    const { ownReads } = source;
    if (this.#broken.unchecked === true) return { sent, divergence: undefined, ownReads };
    const instructions = (guest.instructionCount ?? 0) - before;
    const divergence =
      differs("time", usedNs, entry.usedNs) ??
      differs("boundary", boundary, entry.boundary) ??
      differs("instructions", instructions, entry.instructions) ??
      source.misuse ??
      (stretchCheck(guest.saveRegisters(), sent) === entry.check ? undefined : "state or output");
    return { sent, divergence, ownReads };
  }

  /** A quantum, of which the machine uses what it used the first time. */
  #budgetNs({ usedNs }: StretchEntry): Nanoseconds {
    if (this.#broken.oneInstructionShort !== true) return QUANTUM_NS;
    // Budgets are used up to the last whole instruction.
    return Math.max(1, usedNs - 1);
  }

  #due(input: Uint8Array | undefined): Uint8Array | undefined {
    if (this.#broken.inputOneLate !== true) return input;
    const due = this.#late;
    this.#late = input;
    return due;
  }

  #lateReads({ answers }: StretchEntry): readonly Answer[] {
    return answers.map((answer) => {
      if (answer.service !== "disk") return answer;
      const due = this.#lateRead;
      this.#lateRead = answer.bytes;
      return due?.length === answer.bytes.length ? { service: "disk", bytes: due } : answer;
    });
  }
}

function differs<T extends number | string>(what: string, got: T, logged: T): string | undefined {
  return got === logged ? undefined : `${what}: ${got}, logged ${logged}`;
}
