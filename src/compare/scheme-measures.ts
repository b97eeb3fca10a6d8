import { heartbeatPort } from "../cluster/detection/heartbeat-path.ts";
import { Distribution, type Quantiles } from "../report/distribution.ts";
import { type Nanoseconds, seconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/** What messages between the two hosts are about. */
export type LinkUse = "pages" | "log" | "comparison";

/** Records that say how much was sent, and what for. A scheme with other messages has a line here. */
const USES: Readonly<Partial<Record<StandinRecord["kind"], LinkUse>>> = {
  "group.sent": "pages",
  "commit.sent": "pages",
  "log.sent": "log",
  "comparison.sent": "comparison",
};

/**
 * What a scheme cost in a run without faults; plain data. All but the latency is measured from the first
 * checkpoint that was committed to the end of the run. `null`: there was nothing to measure.
 */
export interface SchemeMeasures {
  /** Name of the primary's host; `null` if the machine was not protected. */
  readonly primary: string | null;
  /** From the first sending of a request to its first reply. */
  readonly latencyNs: Quantiles;
  /** How long the machine stood still, for each checkpoint. */
  readonly pauseNs: Quantiles;
  /** Bytes of messages with pages and commit records in a second; what is sent again counts once. */
  readonly pageBytesPerSecond: number | null;
  /** The same of messages with a log. */
  readonly logBytesPerSecond: number | null;
  /** The same of messages with inputs and outputs to compare, verdicts and lists of pages, of either host. */
  readonly comparisonBytesPerSecond: number | null;
  /** Bytes of heartbeats in a second, both ways. */
  readonly heartbeatBytesPerSecond: number | null;
  /**
   * What is left of the link: frames of streams and their acknowledgements, what is sent again, answers to
   * checkpoints and logs. A message on its way at either end of what is measured counts here, too.
   */
  readonly restBytesPerSecond: number | null;
  /** All bytes that the two hosts have put on the wires between them in a second, in both directions. */
  readonly linkBytesPerSecond: number | null;
  /** Processor time of the primary's host for a second, in hundredths: 100 is one processor all the time. */
  readonly primaryPercent: number | null;
  /** The same of the secondary's host. */
  readonly secondaryPercent: number | null;
}

/** Processor time that a host of that name has used so far. */
type BusyOf = (host: string) => Nanoseconds;

/** Folds the trace of a run with one pair of hosts and without faults into its measures. */
export class SchemeMeter implements TraceSink {
  readonly #busyOf: BusyOf;
  readonly #pauses = new Distribution();
  readonly #latencies = new Distribution();
  readonly #bytes: Record<LinkUse, number> = { pages: 0, log: 0, comparison: 0 };
  #heartbeatBytes = 0;
  #linkBytes = 0;
  #machine: string | undefined;
  #primary: string | undefined;
  #secondary: string | undefined;
  #protectedAtNs: Nanoseconds | undefined;
  #primaryBusyNs: Nanoseconds = 0;
  #secondaryBusyNs: Nanoseconds = 0;

  constructor(busyOf: BusyOf) {
    this.#busyOf = busyOf;
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    // Records of other kinds (a user's own) fall through every case.
    const record = traced as StandinRecord;
    if (record.kind === "request.acknowledged") this.#latencies.add(record.latencyNs);
    if (record.kind === "protection.started") {
      this.#machine ??= record.machine;
      this.#primary ??= record.host;
      this.#secondary ??= record.secondary;
    }
    if (this.#protectedAtNs !== undefined) this.#measure(record);
    else if (record.kind === "checkpoint.committed") this.#begin(atNs);
  }

  /** @param endNs When the run ended: now. */
  measures(endNs: Nanoseconds): SchemeMeasures {
    const lengthNs = endNs - (this.#protectedAtNs ?? endNs);
    const perSecond = (amount: number): number | null =>
      lengthNs > 0 ? Math.round((amount * seconds(1)) / lengthNs) : null;
    const percent = (host: string | undefined, beforeNs: Nanoseconds): number | null =>
      host === undefined || lengthNs <= 0
        ? null
        : Math.round(((this.#busyOf(host) - beforeNs) * 10_000) / lengthNs) / 100;
    const { pages, log, comparison } = this.#bytes;
    const known = pages + log + comparison + this.#heartbeatBytes;
    return {
      primary: this.#primary ?? null,
      latencyNs: this.#latencies.quantiles(),
      pauseNs: this.#pauses.quantiles(),
      pageBytesPerSecond: perSecond(pages),
      logBytesPerSecond: perSecond(log),
      comparisonBytesPerSecond: perSecond(comparison),
      heartbeatBytesPerSecond: perSecond(this.#heartbeatBytes),
      restBytesPerSecond: perSecond(this.#linkBytes - known),
      linkBytesPerSecond: perSecond(this.#linkBytes),
      primaryPercent: percent(this.#primary, this.#primaryBusyNs),
      secondaryPercent: percent(this.#secondary, this.#secondaryBusyNs),
    };
  }

  #begin(atNs: Nanoseconds): void {
    this.#protectedAtNs = atNs;
    this.#primaryBusyNs = this.#primary === undefined ? 0 : this.#busyOf(this.#primary);
    this.#secondaryBusyNs = this.#secondary === undefined ? 0 : this.#busyOf(this.#secondary);
  }

  #measure(record: StandinRecord): void {
    const use = USES[record.kind];
    if (use !== undefined && "bytes" in record) this.#bytes[use] += record.bytes;
    if (record.kind === "checkpoint.resumed") this.#pauses.add(record.pauseNs);
    else if (record.kind === "link.sent" && this.#isBetween(record.from, record.to)) {
      this.#linkBytes += record.bytes;
      const isHeartbeat =
        this.#machine !== undefined && record.port === heartbeatPort(this.#machine);
      if (isHeartbeat) this.#heartbeatBytes += record.bytes;
    }
  }

  #isBetween(from: string, to: string): boolean {
    return (
      (from === this.#primary && to === this.#secondary) ||
      (from === this.#secondary && to === this.#primary)
    );
  }
}
