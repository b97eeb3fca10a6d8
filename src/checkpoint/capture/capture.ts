import type { Guest } from "../../guest/guest.ts";
import type { Host } from "../../host/host.ts";
import type { VirtualMachine } from "../../host/virtual-machine.ts";
import type { PageSet } from "../../memory/page-set.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { EpochSteps } from "../epoch-steps.ts";
import type { PageCopy } from "../page-group.ts";

/** The dirty pages of a machine, as its capture sees them. */
export interface PagesToSend {
  /** To be sent. Whoever copies a page to send it takes it out. */
  readonly pages: PageSet;
  /** Adds what was written since the last time, to `into` as well, and pays for it. */
  collect(into?: PageSet): Process;
  /** Lets the virtual processor pay for something that happened while the guest ran. */
  charge(costNs: Nanoseconds): void;
}

/** What the captures of one machine work with. */
export interface CaptureSide {
  readonly engine: Engine;
  readonly host: Host;
  readonly vm: VirtualMachine;
  readonly steps: EpochSteps;
  readonly dirty: PagesToSend;
  /**
   * Copies pages and sends them while the machine runs, group by group. A page that is written after it
   * was copied is found dirty again.
   *
   * @param isWanted Asked before each group; the rest is left when it says no.
   * @returns How many of the pages were copied, from the first on.
   */
  readonly sendRunning: (pages: readonly number[], isWanted?: () => boolean) => Process<number>;
}

/** How the pages of a checkpoint are captured: a part to choose for any number of machines. */
export interface Capture {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /**
   * Looks whether it can capture such a machine.
   *
   * @throws StandinTypeError `PART_NEEDS` if not, with one sentence that names both.
   */
  expect?(guest: Guest): void;
  /** Its life with one machine, from the beginning of protection on. */
  begin(side: CaptureSide): MachineCapture;
}

/** A capture at work. Each part is optional: what is absent is not done. */
export interface MachineCapture {
  /** While the machine runs between two checkpoints, until {@link MachineCapture.checkpointDue}. */
  between?(): Process;
  /** The next checkpoint is due: {@link MachineCapture.between} comes to its end soon. */
  checkpointDue?(): void;
  /** The checkpoint has begun and the machine still runs. */
  beforeStop?(): Process;
  /**
   * The machine stands still and the dirty pages are known: takes out of them those to be copied after it
   * goes on.
   */
  postpone?(): Process;
  /** Pages that were taken out, and not copied yet; asked again and again until there are none. */
  takePostponed?(most: number): readonly PageCopy[];
  /** Protection ends: gives back what it has taken from the machine. */
  end?(): void;
}
