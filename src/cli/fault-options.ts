import { formatTime, type Nanoseconds } from "../sim/time.ts";
import { parseDuration } from "./duration.ts";
import { UsageError } from "./usage-error.ts";

/** A stretch of virtual time: from the first moment up to the second. */
export interface Window {
  readonly fromNs: Nanoseconds;
  readonly toNs: Nanoseconds;
}

/** A fault as the command line gives it. Whether its hosts exist is not known yet. */
export type FaultOption =
  | { readonly type: "crash"; readonly given: string; readonly host: string; readonly atNs: number }
  | ({ readonly type: "pause"; readonly given: string; readonly host: string } & Window)
  | ({
      readonly type: "partition";
      readonly given: string;
      /** `A-B` or `A>B`; names may hold the same characters, so only known hosts tell them apart. */
      readonly pair: string;
    } & Window);

/**
 * Reads `HOST@TIME`.
 *
 * @throws UsageError when it is malformed.
 */
export function parseCrash(text: string): FaultOption {
  const given = `--crash ${text}`;
  const form = "HOST@TIME, such as a@310ms";
  const [host, time] = halves(text, "@") ?? malformed(given, form, text);
  return { type: "crash", given, host, atNs: parseDuration(given, time) };
}

/**
 * Reads `HOST@FROM..TO`.
 *
 * @throws UsageError when it is malformed or ends before it begins.
 */
export function parsePause(text: string): FaultOption {
  const given = `--pause ${text}`;
  const form = "HOST@FROM..TO, such as a@300ms..450ms";
  const [host, window] = halves(text, "@") ?? malformed(given, form, text);
  const times = halves(window, "..") ?? malformed(given, form, text);
  return { type: "pause", given, host, ...parseWindow(given, times) };
}

/**
 * Reads `A-B@FROM..TO`, or `A>B@FROM..TO` for the way from A to B alone.
 *
 * @throws UsageError when it is malformed or ends before it begins.
 */
export function parsePartition(text: string): FaultOption {
  const given = `--partition ${text}`;
  const form = "A-B@FROM..TO, such as a-b@300ms..1s, or A>B@FROM..TO";
  const [pair, window] = halves(text, "@") ?? malformed(given, form, text);
  const times = halves(window, "..") ?? malformed(given, form, text);
  if (!/.[->]./.test(pair)) malformed(given, form, text);
  return { type: "partition", given, pair, ...parseWindow(given, times) };
}

/**
 * Makes sure that all faults happen within the run.
 *
 * @throws UsageError when one of them does not.
 */
export function checkWithin(faults: readonly FaultOption[], untilNs: Nanoseconds): void {
  for (const fault of faults) {
    const beginsNs = fault.type === "crash" ? fault.atNs : fault.fromNs;
    const endsNs = fault.type === "crash" ? fault.atNs : fault.toNs;
    if (beginsNs < untilNs && endsNs <= untilNs) continue;
    const lateNs = beginsNs < untilNs ? endsNs : beginsNs;
    throw new UsageError(
      `${fault.given}: expected times within the run of ${formatTime(untilNs)} (--until), ` +
        `got ${formatTime(lateNs)}`,
    );
  }
}

function parseWindow(given: string, [from, to]: readonly [string, string]): Window {
  const window = { fromNs: parseDuration(given, from), toNs: parseDuration(given, to) };
  if (window.fromNs < window.toNs) return window;
  const { fromNs, toNs } = window;
  throw new UsageError(
    `${given}: expected FROM before TO, got ${formatTime(fromNs)} and ${formatTime(toNs)}`,
  );
}

/** The halves before and after the last separator, unless one of them is empty. */
function halves(text: string, separator: string): [string, string] | undefined {
  const at = text.lastIndexOf(separator);
  if (at <= 0 || at + separator.length === text.length) return undefined;
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function malformed(given: string, form: string, text: string): never {
  throw new UsageError(`${given}: expected ${form}, got "${text}"`);
}
