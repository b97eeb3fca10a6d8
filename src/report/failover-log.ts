import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import { FaultHistory } from "./fault-history.ts";

/** One failover, from what caused it to the first moment in which the machine is served again. */
export interface Failover {
  /**
   * When the host that was replaced crashed, was paused or was cut off from its successor; `null`
   * if it was silent for none of these reasons.
   */
  readonly crashedAtNs: Nanoseconds | null;
  /** When its successor took it for dead; `null` if the trace does not say. */
  readonly detectedAtNs: Nanoseconds | null;
  /** When its successor served. */
  readonly servingAtNs: Nanoseconds;
  readonly from: string;
  readonly to: string;
  /** The last committed epoch, from which the successor went on. */
  readonly epoch: number;
}

interface Suspicion {
  readonly atNs: Nanoseconds;
  readonly silentNs: Nanoseconds;
}

/** Picks the failovers out of a trace. */
export class FailoverLog {
  readonly #faults = new FaultHistory();
  /** By machine, suspecting host and suspected host. */
  readonly #suspicions = new Map<string, Suspicion>();
  readonly #failovers: Failover[] = [];

  /** Failovers so far, in the order in which they ended. */
  get failovers(): readonly Failover[] {
    return this.#failovers;
  }

  /** Looks at one record; returns the failover that it ends, if any. */
  record(atNs: Nanoseconds, record: StandinRecord): Failover | undefined {
    this.#faults.record(atNs, record);
    if (record.kind === "failure.suspected") {
      const { machine, host, peer, silentNs } = record;
      this.#suspicions.set(`${machine} ${host} ${peer}`, { atNs, silentNs });
    }
    if (record.kind !== "failover.serving") return undefined;
    const { machine, host: to, from, epoch } = record;
    const suspicion = this.#suspicions.get(`${machine} ${to} ${from}`);
    const failover = {
      crashedAtNs: suspicion === undefined ? null : this.#cause(from, to, suspicion),
      detectedAtNs: suspicion?.atNs ?? null,
      servingAtNs: atNs,
      from,
      to,
      epoch,
    };
    this.#failovers.push(failover);
    return failover;
  }

  #cause(from: string, to: string, { atNs, silentNs }: Suspicion): Nanoseconds | null {
    return this.#faults.causeOfSilence(from, to, atNs - silentNs, atNs);
  }
}
