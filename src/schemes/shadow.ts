import type { Scheme } from "../cluster/scheme.ts";
import type { LogOptions } from "../lockstep/options.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { ms, type Nanoseconds, seconds } from "../sim/time.ts";
import { type LoggedCheckpointOptions, logged } from "./logged.ts";

/** Settings of {@link shadow}. */
export interface ShadowOptions extends LogOptions {
  /** How long after the machine its shadow does the same. At least 1 ns. Default 200 ms. */
  readonly delay?: Nanoseconds;
  /**
   * Whether a packet that the machine sends shows an error. Asked for each packet, in order; it keeps
   * nothing and changes nothing of it. Default: none does.
   */
  readonly isError?: (packet: Uint8Array) => boolean;
  /** How the first copy is made. */
  readonly checkpoint?: Omit<LoggedCheckpointOptions, "encode">;
}

/**
 * A delayed shadow: a second instance of the machine that does everything a fixed time later. When the
 * machine's output shows an error both stop, the machine with the erroneous packet still held, the shadow in
 * the state that the machine had the delay before: `machine.shadow` shows it, and goes on step by step.
 *
 * What it promises: every state between that one and the error can be looked at, if the error showed sooner
 * than the delay after what caused it. It is a way to find defects, and no failover scheme of its own: while
 * there is no error the log protects the machine as that of `vmwareFt` does, but a failover takes as much
 * longer as the shadow is behind; after an error nothing protects it.
 *
 * Source: US11662051.
 *
 * @throws StandinRangeError when an option is out of range.
 */
export function shadow(options: ShadowOptions = {}): Scheme {
  const { delay = ms(200), isError, checkpoint = {}, ...log } = options;
  if (!(Number.isSafeInteger(delay) && delay >= 1)) {
    throw new StandinRangeError(
      "SHADOW_DELAY",
      `delay: expected whole nanoseconds of at least 1, got ${delay}`,
    );
  }
  return logged({
    ...{ name: "shadow", checkpoint, follows: true, delayNs: delay, isError },
    // Being late by the delay is no lag.
    log: { ...log, lagMost: delay + seconds(1) },
  });
}
