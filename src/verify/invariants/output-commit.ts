import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/**
 * Output commit: no packet of a protected machine leaves before the epoch that produced it is
 * committed at the secondary (Remus, NSDI'08, section 3.4).
 */
export class OutputCommit implements Invariant {
  readonly name = "output-commit";
  /** Last epoch committed, by machine and term. */
  readonly #committed = new Map<string, number>();

  observe(record: StandinRecord): string | undefined {
    if (record.kind === "checkpoint.committed") {
      this.#committed.set(`${record.machine} ${record.term}`, record.epoch);
    }
    if (record.kind !== "output.released" || !record.protected) return undefined;
    const { machine, host, term, epoch } = record;
    const committed = this.#committed.get(`${machine} ${term}`) ?? 0;
    if (epoch <= committed) return undefined;
    return `${machine} on ${host} released output of epoch ${epoch} in term ${term}; the secondary has committed epoch ${committed}`;
  }
}
