import { StandinRangeError } from "../sim/errors.ts";
import { type Nanoseconds, us } from "../sim/time.ts";
import { type BitsPerSecond, checkBandwidth } from "./bandwidth.ts";
import type { CableProfile } from "./hardware-profile.ts";

/** How a wire behaves. Whatever is left out comes from the hardware profile, or does not happen. */
export interface LinkOptions {
  /** From the last bit out of one end to its arrival. Default: the profile's. */
  readonly latency?: Nanoseconds;
  /** Default: the profile's. */
  readonly bandwidth?: BitsPerSecond;
  /** Most bytes in the queue before the wire; a packet that does not fit is lost. Default 16 MiB. */
  readonly queueBytes?: number;
  /** Each packet is late by up to this much, in the same order. Default 0. */
  readonly jitter?: Nanoseconds;
  /** Probability that a packet is lost. Default 0. */
  readonly loss?: number;
  /** Probability that a packet arrives twice. Default 0. */
  readonly duplication?: number;
  /** Probability that a packet is held back so that later ones overtake it. Default 0. */
  readonly reordering?: number;
  /** How long a packet is held back at most, and a second copy is late. Default 500 us. */
  readonly reorderingDelay?: Nanoseconds;
  /** Probability that one bit of a packet arrives wrong. Default 0. */
  readonly corruption?: number;
}

/** Link options with all defaults filled in. */
export type LinkSettings = Required<LinkOptions>;

/** Bytes that wait before a wire unless told otherwise: the buffer of a common 10 Gbit/s switch. */
export const QUEUE_BYTES_DEFAULT: number = 16 * 1024 * 1024;

const REORDERING_DELAY_DEFAULT: Nanoseconds = us(500);

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError `LINK_OPTION` or `BANDWIDTH` when a value is out of range.
 */
export function linkSettings(options: LinkOptions, cable: CableProfile): LinkSettings {
  return changedSettings(
    {
      latency: cable.latencyNs,
      bandwidth: cable.bandwidthBitsPerSecond,
      queueBytes: QUEUE_BYTES_DEFAULT,
      jitter: 0,
      loss: 0,
      duplication: 0,
      reordering: 0,
      reorderingDelay: REORDERING_DELAY_DEFAULT,
      corruption: 0,
    },
    options,
  );
}

/**
 * Settings with some of them changed.
 *
 * @throws StandinRangeError `LINK_OPTION` or `BANDWIDTH` when a value is out of range.
 */
export function changedSettings(settings: LinkSettings, changes: LinkOptions): LinkSettings {
  const changed = { ...settings, ...changes };
  checkBandwidth(changed.bandwidth);
  checkWhole("latency", changed.latency, 0);
  checkWhole("queueBytes", changed.queueBytes, 1);
  checkWhole("jitter", changed.jitter, 0);
  checkWhole("reorderingDelay", changed.reorderingDelay, 1);
  checkProbability("loss", changed.loss);
  checkProbability("duplication", changed.duplication);
  checkProbability("reordering", changed.reordering);
  checkProbability("corruption", changed.corruption);
  return changed;
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new StandinRangeError(
    "LINK_OPTION",
    `${name}: expected a whole number from ${least}, got ${value}`,
  );
}

function checkProbability(name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new StandinRangeError(
    "LINK_OPTION",
    `${name}: expected a probability from 0 to 1, got ${value}`,
  );
}
