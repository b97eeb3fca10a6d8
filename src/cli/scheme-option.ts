import type { PartChoice } from "../schemes/part-choice.ts";
import { SCHEME_DEFAULT, schemeNamed } from "../schemes/scheme-choice.ts";
import { formatTime, type Nanoseconds } from "../sim/time.ts";
import { UsageError } from "./usage-error.ts";

/** What else was given that not every scheme can take. */
export interface GivenBesideScheme {
  readonly intervalNs: Nanoseconds | undefined;
  readonly parts: PartChoice;
}

/**
 * Reads what `--scheme` was given. Somebody who writes down what a scheme has no use for means something else,
 * and is told so.
 *
 * @throws UsageError for parts, or an interval, that the scheme cannot take.
 * @throws StandinRangeError `SCHEME_NAME` for a scheme that there is not.
 */
export function parseScheme(
  name: string | undefined,
  { intervalNs, parts }: GivenBesideScheme,
): string | undefined {
  if (name === undefined) return undefined;
  const { hasParts = false, intervalLeastNs } = schemeNamed(name);
  const [part] = Object.entries(parts);
  if (part !== undefined && !hasParts) {
    throw new UsageError(
      `--part: expected with --scheme ${SCHEME_DEFAULT}, whose parts can be chosen, got ${part.join("=")} with --scheme ${name}`,
    );
  }
  if (intervalNs === undefined) return name;
  if (intervalLeastNs === undefined) {
    throw new UsageError(
      `--interval: expected with a scheme that makes checkpoints all the time, got it with --scheme ${name}`,
    );
  }
  if (intervalNs < intervalLeastNs) {
    throw new UsageError(
      `--interval: expected at least ${formatTime(intervalLeastNs)} with --scheme ${name}, got ${formatTime(intervalNs)}`,
    );
  }
  return name;
}
