import type { Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import type { OperationRecord } from "./records.ts";

/** Something that an operator would be told. */
export interface ClusterEvent {
  readonly atNs: Nanoseconds;
  readonly mark: "·" | "✗" | "✓" | "!";
  readonly text: string;
}

/** Collects what happens to hosts and machines, in words; the first ones, and a count of the rest. */
export class ClusterEvents implements TraceSink {
  readonly events: ClusterEvent[] = [];
  readonly #most: number;
  #count = 0;

  /** @param most How many are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  record(atNs: Nanoseconds, _position: number, record: TraceRecord): void {
    const told = wordsFor(record as StandinRecord | OperationRecord);
    if (told === undefined) return;
    this.#count += 1;
    if (this.events.length < this.#most) this.events.push({ atNs, mark: told[0], text: told[1] });
  }
}

function wordsFor(
  record: StandinRecord | OperationRecord,
): [ClusterEvent["mark"], string] | undefined {
  switch (record.kind) {
    case "host.crashed":
      return ["✗", `${record.host} loses power`];
    case "host.restarted":
      return ["·", `${record.host} has power again`];
    case "host.paused":
      return ["!", `${record.host} keeps still`];
    case "host.resumed":
      return ["·", `${record.host} goes on`];
    case "link.partitioned":
      return ["✗", `nothing of ${record.from} reaches ${record.to}`];
    case "link.healed":
      return ["·", `what ${record.from} sends reaches ${record.to} again`];
    case "failover.serving":
      return ["✓", `${record.machine} is served by ${record.host} in the place of ${record.from}`];
    case "protection.lost":
      return ["!", `${record.machine} on ${record.host} has no second copy: ${record.reason}`];
    case "protection.started":
      return ["·", `${record.machine} on ${record.host} gets a second copy on ${record.secondary}`];
    case "handover.started":
      return ["·", `${record.machine} is handed over by ${record.host} to ${record.secondary}`];
    case "machine.fenced":
      return ["✗", `${record.machine} on ${record.host} is fenced: another host serves it`];
    case "placement.none":
      return ["!", `there is no host for a second copy of ${record.machine}`];
    case "maintenance.started":
      return ["·", `${record.host} is to be left empty`];
    case "maintenance.ended":
      return ["·", `${record.host} may be used again`];
    case "host.evacuated":
      return ["✓", `${record.host} is empty`];
    case "operation.done":
      if (record.refusal === "") return undefined;
      return ["!", `${record.operation} ${record.about} refused: ${record.refusal}`];
    default:
      return undefined;
  }
}
