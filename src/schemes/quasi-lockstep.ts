import type { Scheme } from "../cluster/scheme.ts";
import { type CompareOptions, compareSettings } from "../lockstep/compare/options.ts";
import { ms, seconds } from "../sim/time.ts";
import { comparing } from "./comparing.ts";

/**
 * Quasi-lockstep: the primary logs its events, the packets that it sends, and keeps them pending; the
 * secondary comes to its own, looks the primary's entry up and compares. If they match it says so, drops its
 * own, and the primary sends; if not, the secondary is brought to the primary's state by a checkpoint, with
 * the output still held. What the machines hold may differ as long as their events do not (US9459895).
 *
 * Source: US8201169. Nothing is published of its times: `minimumNs` 5 ms, `mostNs` 20 s, `timeoutNs` 200 ms
 * and `scanNs` 10 ms are ours.
 *
 * @throws StandinRangeError, StandinTypeError as `compareSettings` does.
 */
export function quasiLockstep(options: CompareOptions = {}): Scheme {
  const defaults = {
    ...{ minimumNs: ms(5), mostNs: seconds(20), scanNs: ms(10) },
    ...({ memory: "composite", resumeAt: "acknowledged", comparedAt: "stand-by" } as const),
  };
  const settings = compareSettings({ timeoutNs: ms(200), ...options }, defaults);
  return comparing("quasi-lockstep", settings);
}
