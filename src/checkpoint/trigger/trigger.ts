import type { Host } from "../../host/host.ts";
import type { Condition } from "../../sim/condition.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import type { Signal } from "../../sim/signal.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** What a trigger may look at: only what the primary knows of itself. */
export interface TriggerContext {
  readonly engine: Engine;
  readonly host: Host;
  /** Whose machine it is, for the names of processes. */
  readonly machine: string;
  /** When the last checkpoint began, on the clock of {@link TriggerContext.clockNs}. */
  readonly startedAtNs: Nanoseconds;
  /** How long the last checkpoint took, from its beginning to its acknowledgement. */
  readonly tookNs: Nanoseconds;
  /** The host's clock that nobody sets. */
  readonly clockNs: () => Nanoseconds;
  /** Bytes of output that are held now. */
  readonly heldBytes: () => number;
  /** Those of them that ask for a checkpoint soon: without those that may be deferred. */
  readonly urgentBytes: () => number;
  /**
   * When output that may be deferred has waited as long as it may, on the clock of
   * {@link TriggerContext.clockNs}; infinity while none is held.
   */
  readonly deferredUntilNs: () => Nanoseconds;
  /** Set while output is held that asks for a checkpoint: it may not be deferred, or no longer. */
  readonly held: Signal;
  /** Set by whoever asks for a checkpoint; cleared when one begins. */
  readonly requested: Signal;
  /** Pages noted as written since the last checkpoint; 0 where nobody knows before looking. */
  readonly notedPages: () => number;
  /** Notified when there may be more of them. */
  readonly noted: Condition;
}

/** Decides when the next checkpoint begins. It has no state: one serves any number of machines. */
export interface Trigger {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /**
   * It counts pages as they are written, which not every tracker can; the machine stands still when so
   * many are.
   */
  readonly stopAtPages?: number;
  /** Waits until a checkpoint is due; called once after each checkpoint. */
  wait(context: TriggerContext): Process;
}

/** Waits until a moment of the clock; not at all if it is over. */
export function* until({ host, clockNs }: TriggerContext, dueNs: Nanoseconds): Process {
  const nowNs = clockNs();
  if (dueNs > nowNs) yield* host.clock.sleep(dueNs - nowNs);
}
