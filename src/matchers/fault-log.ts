import type { TraceRecord } from "../sim/trace.ts";
import type { PlanRecord } from "../verify/plan/records.ts";
import type { AlwaysProperty } from "../verify/properties/property.ts";

/** What became of the faults of a plan in a run. */
export class FaultLog {
  /** Indexes of faults that happened. */
  readonly started: Set<number> = new Set();
  /** Why faults were left out, by index, in the order of their moments. */
  readonly skipped: Map<number, string> = new Map();

  /** Watches a run; never says that anything is wrong. */
  get property(): AlwaysProperty {
    return { type: "always", name: "faults", observer: () => (record) => this.#note(record) };
  }

  #note(traced: TraceRecord): undefined {
    // Records of a plan are in the trace, too.
    const record = traced as PlanRecord;
    if (record.kind === "fault.started") this.started.add(record.fault);
    if (record.kind === "fault.skipped") this.skipped.set(record.fault, record.reason);
  }
}
