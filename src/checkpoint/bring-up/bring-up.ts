import type { Process } from "../../sim/process.ts";
import type { CaptureSide } from "../capture/capture.ts";

/** How a secondary that has nothing gets its first copy: a part to choose for any number of machines. */
export interface BringUp {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /** Its life with one machine. The dirty pages are then all that are not zero. */
  begin(side: CaptureSide): MachineBringUp;
}

/** A first copy under way. */
export interface MachineBringUp {
  /** Before the first checkpoint, while the machine runs. */
  beforeCheckpoints(): Process;
  /**
   * The machine stands still for a checkpoint and the dirty pages are known: leaves among them those that
   * go with this checkpoint.
   *
   * @returns How many pages the secondary will not have after it. It is complete without any.
   */
  atStop(): number;
}
