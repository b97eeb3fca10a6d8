import type { Signal } from "../sim/signal.ts";

/** How far a gate has come, for who waits for a machine's first protection. */
export interface GateProgress {
  /** Set when the gate begins to hold: from here on somebody else may come to have the machine's state. */
  readonly holding: Signal;
  /** Set when output is let out because somebody else surely has the state that produced it. */
  readonly safe: Signal;
}
