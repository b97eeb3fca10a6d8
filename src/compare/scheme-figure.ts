import { count, type Figure, figure, percent, size, time } from "./figure.ts";
import type { SchemeFigures } from "./scheme-run.ts";

const schemeFigure = figure<SchemeFigures>;

/** What the clients of a machine see of its scheme. */
export const serviceFigures: readonly Figure<SchemeFigures>[] = [
  {
    ...schemeFigure(
      "answers",
      "per s",
      "requests answered in a second when each client always has 32 under way",
      count,
      (m) => m.answeredPerSecond,
    ),
    isBetterHigh: true,
  },
  schemeFigure(
    "latency",
    "p50",
    "from a request to its reply as the scenario's clients ask, median",
    time,
    (m) => m.latencyNs.p50,
  ),
  schemeFigure("latency", "p99", "the same, 99th percentile", time, (m) => m.latencyNs.p99),
  schemeFigure(
    "stopped",
    "p50",
    "how long the machine stands still for a checkpoint after the first, median",
    time,
    (m) => m.pauseNs.p50,
  ),
  schemeFigure("stopped", "p99", "the same, 99th percentile", time, (m) => m.pauseNs.p99),
  schemeFigure(
    "serves",
    "after",
    "from a crash of the primary's host in mid-run until its stand-in serves",
    time,
    (m) => m.servingNs,
  ),
  schemeFigure(
    "answers",
    "after",
    "from that crash to the stand-in's first reply to a client",
    time,
    (m) => m.answeredNs,
  ),
];

/** What a scheme costs the two hosts and the link between them. */
export const costFigures: readonly Figure<SchemeFigures>[] = [
  schemeFigure(
    "pages",
    "per s",
    "bytes of messages with pages in a second, after the first checkpoint",
    size,
    (m) => m.pageBytesPerSecond,
  ),
  schemeFigure("log", "per s", "the same, with a log", size, (m) => m.logBytesPerSecond),
  schemeFigure(
    "compared",
    "per s",
    "the same, with inputs, outputs, verdicts and lists of pages, both ways",
    size,
    (m) => m.comparisonBytesPerSecond,
  ),
  schemeFigure(
    "beats",
    "per s",
    "bytes of heartbeats, both ways",
    size,
    (m) => m.heartbeatBytesPerSecond,
  ),
  schemeFigure(
    "rest",
    "per s",
    "what is left of the link: frames, acknowledgements, answers, repeats",
    size,
    (m) => m.restBytesPerSecond,
  ),
  schemeFigure(
    "link",
    "per s",
    "all bytes between the two hosts, both ways: the sum of these",
    size,
    (m) => m.linkBytesPerSecond,
  ),
  schemeFigure(
    "primary",
    "busy",
    "processor time of the primary's host, after the first checkpoint",
    percent,
    (m) => m.primaryPercent,
  ),
  schemeFigure(
    "secondary",
    "busy",
    "the same, of the secondary's host",
    percent,
    (m) => m.secondaryPercent,
  ),
];

/** All figures of schemes, in the order of the columns. */
export const schemeFigures: readonly Figure<SchemeFigures>[] = [...serviceFigures, ...costFigures];
