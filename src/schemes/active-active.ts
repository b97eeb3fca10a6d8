import type { Scheme } from "../cluster/scheme.ts";
import { type CompareOptions, compareSettings } from "../lockstep/compare/options.ts";
import { ms, seconds } from "../sim/time.ts";
import { comparing } from "./comparing.ts";

/**
 * Both machines answer each request, the primary's network driver compares the results, and a similarity
 * below a predetermined amount starts a checkpoint, at most one in a minimum interval. A checkpoint sends the
 * composite list: the primary's contents of all pages that either machine has written.
 *
 * Sources: US11429466 (comparison, composite list), US11641395 (regulation: a result that differs is held
 * until the next checkpoint completes). Defaults: `minimumNs` 50 ms of the 30 to 70 ms claimed, `thresholdNs`
 * 75 ms of the 50 to 100 ms claimed, `similarity` 1, for no other amount is published, `timeoutNs` 200 ms,
 * `mostNs` 1 s and `scanNs` 10 ms are ours.
 *
 * @throws StandinRangeError, StandinTypeError as `compareSettings` does.
 */
export function activeActive(options: CompareOptions = {}): Scheme {
  const defaults = {
    ...{ minimumNs: ms(50), mostNs: seconds(1), scanNs: ms(10) },
    ...({ memory: "composite", resumeAt: "copied", comparedAt: "primary" } as const),
  };
  const settings = compareSettings({ timeoutNs: ms(200), ...options }, defaults);
  return comparing("active-active", settings);
}
