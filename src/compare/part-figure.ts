import { type Figure, figure, rate, size, time } from "./figure.ts";
import type { PartMeasures } from "./part-measures.ts";

/** All figures, in the order of the columns. */
export const partFigures: readonly Figure<PartMeasures>[] = [
  figure<PartMeasures>(
    "stopped",
    "p50",
    "how long the machine stands still for a checkpoint, median",
    time,
    (m) => m.pauseNs.p50,
  ),
  figure<PartMeasures>("stopped", "p99", "the same, 99th percentile", time, (m) => m.pauseNs.p99),
  figure<PartMeasures>(
    "sent",
    "each",
    "bytes of a checkpoint's messages, mean",
    size,
    (m) => m.bytesPerCheckpoint,
  ),
  figure<PartMeasures>(
    "sent",
    "per s",
    "bytes of messages in a second",
    size,
    (m) => m.bytesPerSecond,
  ),
  {
    ...figure<PartMeasures>(
      "done",
      "per s",
      "checkpoints committed in a second",
      rate,
      (m) => m.checkpointsPerSecond,
    ),
    isBetterHigh: true,
  },
  figure<PartMeasures>(
    "latency",
    "p50",
    "from a request to its reply, median",
    time,
    (m) => m.latencyNs.p50,
  ),
  figure<PartMeasures>("latency", "p99", "the same, 99th percentile", time, (m) => m.latencyNs.p99),
  figure<PartMeasures>(
    "bring-up",
    "",
    "from the first copy's beginning to the first commit",
    time,
    (m) => m.bringUpNs,
  ),
  figure<PartMeasures>(
    "commit",
    "p50",
    "from the machine going on to the last page applied, median",
    time,
    (m) => m.commitNs.p50,
  ),
];
