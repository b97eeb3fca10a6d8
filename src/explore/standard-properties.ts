import { ms, type Nanoseconds } from "../sim/time.ts";
import { type Property, sometimes } from "../verify/properties/property.ts";
import { replayAgrees } from "../verify/properties/replay-agrees.ts";
import { silenceNoticed } from "../verify/properties/silence-noticed.ts";
import { suspectedInSilence } from "../verify/properties/suspected-in-silence.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/** Longer than the longest time-out that a swarm draws, on the slowest clock that it draws. */
export const SILENCE_NS: Nanoseconds = ms(500);

/** What must hold in every run of a sweep beside the invariants. */
export const standardProperties: readonly Property[] = [
  silenceNoticed(SILENCE_NS),
  replayAgrees,
  suspectedInSilence(),
];

/** A sweep in which one of these kinds of records never came has looked in the wrong places. */
export function sometimesOf(kinds: readonly StandinRecord["kind"][]): readonly Property[] {
  return kinds.map((kind) => sometimes(kind, (record) => record.kind === kind));
}
