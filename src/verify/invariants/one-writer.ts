import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/**
 * At most one writer: what a shared array stores of a machine's disk comes from the host that holds the
 * machine's reservation at that moment, with the key of the term in which it was given.
 */
export class OneWriter implements Invariant {
  readonly name = "one-writer";
  readonly #holders = new Map<string, { readonly host: string; readonly term: number }>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "witness.registered":
      case "witness.granted":
        this.#holders.set(record.machine, record);
        return undefined;
      case "array.written":
        return this.#written(record);
      default:
        return undefined;
    }
  }

  #written(write: StandinRecord & { kind: "array.written" }): string | undefined {
    const { machine, host, term, page } = write;
    const holder = this.#holders.get(machine);
    if (holder?.host === host && holder.term === term) return undefined;
    const rightful = holder === undefined ? "nobody" : `${holder.host} in term ${holder.term}`;
    return `${host} wrote page ${page} of the disk of ${machine} with its key of term ${term}; ${rightful} holds the reservation`;
  }
}
