import { type Apply, afterArrival } from "../../src/checkpoint/apply/apply.ts";
import { applying } from "../../src/checkpoint/apply/applying.ts";
import type { BringUp } from "../../src/checkpoint/bring-up/bring-up.ts";
import { bringUps } from "../../src/checkpoint/bring-up/bring-ups.ts";
import type { Capture } from "../../src/checkpoint/capture/capture.ts";
import { captures } from "../../src/checkpoint/capture/captures.ts";
import { encodings } from "../../src/checkpoint/encode/encodings.ts";
import type { PageEncoding } from "../../src/checkpoint/encode/page-encoder.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import type { Quiesce } from "../../src/checkpoint/quiesce/quiesce.ts";
import { quiesces } from "../../src/checkpoint/quiesce/quiesces.ts";
import { atCommit } from "../../src/checkpoint/release/at-commit.ts";
import { gateRules } from "../../src/checkpoint/release/gate-rules.ts";
import type { Release } from "../../src/checkpoint/release/release.ts";
import type { Transfer } from "../../src/checkpoint/transfer/transfer.ts";
import { transfers } from "../../src/checkpoint/transfer/transfers.ts";
import { dirtyPages } from "../../src/checkpoint/trigger/dirty-pages.ts";
import type { Trigger } from "../../src/checkpoint/trigger/trigger.ts";
import { triggers } from "../../src/checkpoint/trigger/triggers.ts";
import type { RandomStream } from "../../src/sim/random.ts";
import { ms, us } from "../../src/sim/time.ts";

const trigger: readonly Trigger[] = [
  triggers.fixedInterval(ms(7)),
  triggers.adaptive({ leastNs: ms(2) }),
  triggers.heldOutput({ bitsPerSecond: 1_000_000, mostNs: ms(20) }),
  triggers.firstOf(triggers.onRequest({ mostNs: ms(30) }), triggers.fixedInterval(ms(11))),
  triggers.lowPrioritySlots({ periodNs: ms(9), slotNs: ms(2) }),
];
const countingTrigger: readonly Trigger[] = [
  dirtyPages({ pages: 6, leastNs: us(500), mostNs: ms(15) }),
  triggers.firstOf(dirtyPages({ pages: 3, mostNs: ms(40) }), triggers.fixedInterval(ms(12))),
];
type Track = Pick<CheckpointOptions, "track" | "scanWorkers" | "ringEntries" | "ringWatermark">;
const countingTrack: readonly Track[] = [
  { track: "write-protection" },
  { track: "dirty-ring" },
  { track: "dirty-ring", ringEntries: 3, ringWatermark: 2 },
];
const track: readonly Track[] = [
  ...countingTrack,
  { track: "slat" },
  { track: "slat", scanWorkers: 4 },
  { track: "shadow" },
];
const capture: readonly Capture[] = [
  captures.stopAndCopy(),
  captures.brownout({ pages: 1 }),
  captures.brownout({ rounds: 2, pages: 4 }),
  captures.forwarding({ periodNs: ms(2), successes: 2 }),
  captures.forwarding({ periodNs: us(300), successes: 1 }),
  captures.copyOnWrite({ hotEpochs: 1 }),
  captures.copyOnWrite({ hotEpochs: 0, epochs: 32 }),
];
const quiesce: readonly Quiesce[] = [
  quiesces.none(),
  quiesces.none(),
  quiesces.interfaceAgent(),
  quiesces.interfaceAgent({ mostNs: us(200) }),
];
const encode: readonly PageEncoding[] = [
  encodings.whole(),
  encodings.wordDifference(),
  encodings.wordDifference({ wordBytes: 4, cachePages: 3 }),
  encodings.runLengthXor({ cacheEpochs: 2 }),
  encodings.remusHybrid(),
  encodings.feedback({ thresholdIntervals: 1 }),
];
const transfer: readonly Transfer[] = [
  transfers.groups(),
  transfers.groups({ inFlight: 2 }),
  transfers.groups({ inFlight: 8, bitsPerSecond: 200_000_000 }),
  transfers.groups({ inFlight: 4, streams: 3 }),
  transfers.packets(),
  transfers.packets({ inFlight: 6, streams: 4 }),
];
const bringUp: readonly BringUp[] = [
  bringUps.preCopy(),
  bringUps.preCopy({ rounds: 1, pages: 0 }),
  bringUps.byGroups({ pages: 24 }),
  bringUps.byGroups(),
];
const apply: readonly Apply[] = [
  afterArrival(),
  applying.afterArrival({ acknowledge: "applied" }),
  applying.swapping(),
  applying.swapping({ acknowledge: "applied" }),
  applying.afterArrival({ diskCache: true }),
  applying.swapping({ diskCache: true }),
];

const release: readonly Release[] = [
  atCommit(),
  atCommit({ rules: [gateRules.clients({ numbers: [1], verdict: "defer" })], mostDelayNs: ms(8) }),
];

/** One part for each stage, and all their names. */
export function drawParts(random: RandomStream): { options: CheckpointOptions; what: string } {
  const isCounting = random.below(3) === 0;
  const parts = {
    trigger: random.pick(isCounting ? countingTrigger : trigger),
    quiesce: random.pick(quiesce),
    capture: random.pick(capture),
    bringUp: random.pick(bringUp),
    encode: random.pick(encode),
    transfer: random.pick(transfer),
    apply: random.pick(apply),
    release: random.pick(release),
  };
  const tracked = random.pick(isCounting ? countingTrack : track);
  const names = Object.values(parts).map(({ name }) => name);
  return { options: { ...parts, ...tracked }, what: [...names, tracked.track].join("; ") };
}
