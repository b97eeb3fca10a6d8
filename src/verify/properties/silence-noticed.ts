import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import type { StandinRecord } from "../standin-record.ts";
import type { AlwaysProperty } from "./property.ts";

/** A protected pair as the trace shows it. */
interface Pair {
  readonly machine: string;
  readonly primary: string;
  readonly secondary: string;
  /** True from the first commit until either side takes the other for dead. */
  guarded: boolean;
}

/**
 * A primary that stands still is noticed: when its host is paused for longer than `withinNs`, and
 * the secondary's host, with a complete checkpoint, is neither paused nor dead meanwhile, the
 * secondary suspects it.
 *
 * @param withinNs Must be longer than the detection's time-out on the slowest clock in use.
 */
export function silenceNoticed(withinNs: Nanoseconds): AlwaysProperty {
  return {
    type: "always",
    name: "silence-noticed",
    observer() {
      const watch = new Watch(withinNs);
      return (record, atNs) => watch.observe(record, atNs);
    },
  };
}

class Watch {
  readonly #withinNs: Nanoseconds;
  readonly #pairs = new Map<string, Pair>();
  /** Hosts that stand still, and since when. */
  readonly #pausedSince = new Map<string, Nanoseconds>();
  /** When a host last began to run: made, restarted or resumed. */
  readonly #runningSince = new Map<string, Nanoseconds>();
  readonly #off = new Set<string>();

  constructor(withinNs: Nanoseconds) {
    this.#withinNs = withinNs;
  }

  observe(record: StandinRecord, atNs: Nanoseconds): string | undefined {
    const late = this.#late(atNs);
    this.#follow(record, atNs);
    return late;
  }

  #late(atNs: Nanoseconds): string | undefined {
    if (this.#pausedSince.size === 0) return undefined;
    for (const pair of this.#pairs.values()) {
      const { machine, primary, secondary, guarded } = pair;
      const sinceNs = this.#pausedSince.get(primary);
      if (!guarded || sinceNs === undefined) continue;
      if (this.#off.has(secondary) || this.#pausedSince.has(secondary)) continue;
      const silentNs = atNs - Math.max(sinceNs, this.#runningSince.get(secondary) ?? 0);
      if (silentNs <= this.#withinNs) continue;
      pair.guarded = false;
      return `${secondary} has not noticed for ${formatTime(silentNs)} that ${primary}, which serves ${machine}, stands still`;
    }
    return undefined;
  }

  #follow(record: StandinRecord, atNs: Nanoseconds): void {
    switch (record.kind) {
      case "protection.started": {
        const { machine, host: primary, secondary } = record;
        this.#pairs.set(machine, { machine, primary, secondary, guarded: false });
        return;
      }
      case "checkpoint.committed": {
        const pair = this.#pairs.get(record.machine);
        if (pair?.secondary === record.host) pair.guarded = true;
        return;
      }
      case "failure.suspected":
      case "protection.lost":
      case "stand-by.abandoned":
      case "start.cancelled":
        this.#pairs.delete(record.machine);
        return;
      case "host.paused":
        this.#pausedSince.set(record.host, atNs);
        return;
      case "host.resumed":
      case "host.restarted":
        this.#pausedSince.delete(record.host);
        this.#off.delete(record.host);
        this.#runningSince.set(record.host, atNs);
        return;
      case "host.crashed":
        this.#pausedSince.delete(record.host);
        this.#off.add(record.host);
        for (const [machine, { primary, secondary }] of this.#pairs) {
          // A host that restarts has forgotten its part.
          if (record.host === primary || record.host === secondary) this.#pairs.delete(machine);
        }
        return;
      default:
    }
  }
}
