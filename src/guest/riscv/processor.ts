import type { Memory } from "../../memory/memory.ts";
import type { Region } from "../../memory/region.ts";
import { assert } from "../../sim/assert.ts";
import { ControlRegisters } from "./control-registers.ts";
import type { HaltReason, Hart } from "./hart.ts";
import { InnerMemory } from "./inner-memory.ts";
import { InnerStep } from "./inner-step.ts";
import { interpret } from "./interpret.ts";
import { Ram } from "./ram.ts";
import { type DeviceFinder, Step } from "./step.ts";
import { dueInterrupt, INTERRUPT } from "./trap.ts";

/** Why {@link Processor.run} came back. */
export type RunEnd = "limit" | "waiting" | "attention" | "halted";

/** Most instructions that are executed in one go: a small integer to every engine. */
const BUDGET_MAX = 1_073_741_824;

/** Options of {@link Processor}. */
export interface ProcessorOptions {
  /** The state that it works on. */
  readonly hart: Hart;
  readonly memory: Memory;
  /**
   * The region of `memory` that instructions are fetched from. Its backing is a `ContiguousBacking`,
   * its pages lie from 0x80000 on and below 0x100000.
   */
  readonly ram: Region;
  /** The devices, everywhere else. */
  readonly bus: DeviceFinder;
  /** What the `time` register reads: a whole number, up to 2^53. */
  readonly time: () => number;
  /**
   * A processor made before for another hart of the same memory. The two share what they decode, and
   * break each other's reservations; all harts of a memory are made with the same one.
   */
  readonly peer?: Processor;
  /** Aligned address of a word in memory; a store to it ends a run with "attention". */
  readonly watched?: number;
  /** Defects for tests to notice. Not for a processor with a peer, whose defects it has. */
  readonly broken?: {
    /** Instructions decoded before a write of the host, such as a checkpoint's, go on to be executed. */
    readonly staleDecoded?: boolean;
  };
}

/**
 * Executes the instructions of one hart: RV32IMA with Zicsr and Zifencei in machine and user mode,
 * without translation or protection of its own; and of the hypervisor extension what a program in
 * machine mode needs to run inner machines, see `docs/nested.md`.
 *
 * A run can be cut at any instruction, and what the processor keeps besides its `Hart` and `Memory`
 * has no effect: cut, copied and continued, it comes to the same state.
 *
 * Source: The RISC-V Instruction Set Manual, volume I (unprivileged) and II (privileged).
 */
export class Processor {
  readonly hart: Hart;
  readonly #ram: Ram;
  readonly #step: Step;
  readonly #inner: InnerStep;

  constructor(options: ProcessorOptions) {
    const { hart, memory, ram, bus, time, peer, watched, broken } = options;
    this.hart = hart;
    this.#ram =
      peer === undefined
        ? new Ram({ memory, region: ram, staleDecoded: broken?.staleDecoded === true })
        : peer.#ram;
    assert(this.#ram.direct === memory.direct(ram), "a peer has the same memory");
    assert(!this.#ram.harts.includes(hart), "a hart has one processor");
    if (watched !== undefined) this.#ram.watchWord(watched);
    this.#ram.harts.push(hart);
    const registers = new ControlRegisters(hart, time);
    const step = new Step({ hart, ram: this.#ram, bus, registers });
    const inner = new InnerMemory({ hart, ram: this.#ram, tlb: memory.innerTlb() });
    this.#step = step;
    this.#inner = new InnerStep({ hart, ram: this.#ram, memory: inner, step });
  }

  /** Why the hart has stopped for good, if it has. */
  get halt(): HaltReason | undefined {
    return this.hart.halt;
  }

  /**
   * Executes until `limitTicks` more ticks have passed or something needs the machine:
   *
   * - "limit": exactly `limitTicks` instructions were begun;
   * - "waiting": the hart is in a `wfi` and no interrupt is pending that would end it;
   * - "attention": the last instruction was an access to a device or a store to the watched word;
   * - "halted": a trap had no handler in memory, see {@link Processor.halt}.
   *
   * @param limitTicks A whole number of at least 0.
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED` for a store that a write-fault handler does not
   *   permit: the hart is at that store, which has not begun.
   */
  run(limitTicks: number): RunEnd {
    assert(Number.isSafeInteger(limitTicks) && limitTicks >= 0, "a limit is a count of ticks");
    const { hart } = this;
    const lastTick = hart.ticks + limitTicks;
    this.#ram.watchReservations();
    for (;;) {
      if (hart.halt !== undefined) return "halted";
      if (hart.ticks === lastTick) return "limit";
      if (hart.waiting) {
        if ((hart.mip & hart.mie) === 0) return "waiting";
        hart.waiting = false;
      }
      const interrupt = dueInterrupt(hart);
      if (interrupt !== undefined) {
        this.#step.trap(INTERRUPT | interrupt, 0);
        continue;
      }
      if (hart.isInner) {
        if (this.#inner.run(lastTick)) return "attention";
        continue;
      }
      interpret(hart, this.#ram, Math.min(lastTick - hart.ticks, BUDGET_MAX));
      if (hart.ticks === lastTick) return "limit";
      if (this.#step.execute()) return "attention";
      assert(hart.ticks <= lastTick, "no instruction is executed beyond the limit");
    }
  }

  /** Forgets all decoded instructions: after memory was replaced in a way that `Memory` does not see. */
  forgetDecoded(): void {
    this.#ram.code.forgetAll();
  }
}
