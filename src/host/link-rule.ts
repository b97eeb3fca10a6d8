import type { Nanoseconds } from "../sim/time.ts";

/** What a rule knows of a packet. Valid during the call. */
export interface PacketView {
  /** Name of the sending end. */
  readonly from: string;
  /** Name of the receiving end. */
  readonly to: string;
  readonly port: string;
  /** Length. */
  readonly bytes: number;
  /** When it was sent. */
  readonly atNs: Nanoseconds;
}

/**
 * What a rule decides about a packet:
 * - `"pass"`: nothing, the next rule decides; after the last one the wire's own bad luck does.
 * - `"drop"`: it is lost.
 * - `"corrupt"`: one bit of it arrives wrong.
 * - `"duplicate"`: it arrives twice.
 * - `deliverAfterNs`: it arrives so long after it was sent, whatever queue, bandwidth and order say.
 *
 * A verdict other than `"pass"` is final: no bad luck comes on top. A cut wire loses the packet all
 * the same.
 */
export type LinkVerdict =
  | "pass"
  | "drop"
  | "corrupt"
  | "duplicate"
  | { readonly deliverAfterNs: Nanoseconds };

/**
 * One fault on a wire. The rules of a wire are an ordered list; the first verdict other than
 * `"pass"` wins. A rule must be deterministic: what it draws comes from a stream of the engine.
 */
export type LinkRule = (packet: PacketView) => LinkVerdict;
