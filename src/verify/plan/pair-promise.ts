import type { Nanoseconds } from "../../sim/time.ts";

/** One machine on a pair of hosts. */
export interface PromisedPair {
  readonly machine: string;
  readonly primary: string;
  readonly secondary: string;
  /** When the secondary surely has its first whole checkpoint, if nothing goes wrong before. */
  readonly protectedFromNs: Nanoseconds;
}

/**
 * What is promised to be survived: any one failure at a time of each pair, once it is protected and
 * as long as there is a witness to decide.
 */
export interface PairPromise {
  readonly pairs: readonly PromisedPair[];
  /** The witness's host. */
  readonly witness: string;
  /**
   * A silence this long surely makes no host suspect its peer: less than the time-out by two
   * heartbeats and the way between them. Default 0: every disturbance may end the protection.
   */
  readonly silenceNs?: Nanoseconds;
}

/** Whether a plan is among what is promised to be survived. */
export type Judgement =
  | { readonly survivable: true }
  | {
      readonly survivable: false;
      /** One sentence that names the fault. */
      readonly reason: string;
    };
