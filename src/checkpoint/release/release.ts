import type { Nanoseconds } from "../../sim/time.ts";

/**
 * What becomes of a packet that a protected machine sends:
 *
 * - `hold`: it leaves when its epoch is committed, and asks for a checkpoint;
 * - `defer`: it leaves when its epoch is committed, too, but asks for a checkpoint only when it has
 *   waited as long as it may;
 * - `bypass`: it leaves at once, from a state that may yet be lost, and even from a host that was
 *   replaced and does not know it yet. Only for what promises nothing.
 */
export type Verdict = "hold" | "defer" | "bypass";

/** When output leaves a protected machine. It has no state: one serves any number of machines. */
export interface Release {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /**
   * Longest time, on the host's clock, that packets which may be deferred wait before they ask for a
   * checkpoint; counted from the first of them that waits.
   */
  readonly mostDelayNs: Nanoseconds;
  /** Client numbers to which packets may bypass. What leaves for any other breaks `output-commit`. */
  readonly bypassClients: ReadonlySet<number>;
  /**
   * Decides about one packet by its bytes alone.
   *
   * @param packet Whatever the machine sent, so may be anything. Not changed and not kept.
   */
  classify(packet: Uint8Array): Verdict;
}
