import type { Verdict } from "./release.ts";

/**
 * A rule of an output gate, as a value: which packets of which clients it is about, and what becomes
 * of them. A client's number plays the part of a port.
 */
export interface GateRule {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  readonly verdict: Verdict;
  /** Client numbers that it is about; packets to others are never shown to it. */
  readonly clients: ReadonlySet<number>;
  /**
   * True for the packets to these clients that it is about.
   *
   * @param packet Whole, as the clients' network carries it. Not changed and not kept.
   */
  matches(packet: Uint8Array): boolean;
}
