import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

interface Tenure {
  readonly host: string;
  readonly term: number;
}

/**
 * At most one server: a host that answers clients on its own is the one that the witness named last,
 * and a primary that was replaced releases nothing that its successor does not have.
 */
export class OneServer implements Invariant {
  readonly name = "one-server";
  readonly #tenures = new Map<string, Tenure>();
  /** By machine and term: the epoch from which a successor went on. */
  readonly #succeeded = new Map<string, number>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "witness.registered":
      case "witness.granted":
        this.#tenures.set(record.machine, record);
        return undefined;
      case "failover.loaded":
        this.#succeeded.set(`${record.machine} ${record.epochTerm}`, record.epoch);
        return undefined;
      case "failover.serving":
        return this.#serves(record, "serves");
      case "output.released":
        return record.protected ? this.#released(record) : this.#serves(record, "answers");
      default:
        return undefined;
    }
  }

  #serves(
    { machine, host, term }: { machine: string; host: string; term: number },
    does: string,
  ): string | undefined {
    const named = this.#tenures.get(machine);
    if (named?.host === host && named.term === term) return undefined;
    const rightful = named === undefined ? "nobody" : `${named.host} in term ${named.term}`;
    return `${host} ${does} for ${machine} in term ${term}; the witness has named ${rightful}`;
  }

  #released({ machine, host, term, epoch }: StandinRecord & { kind: "output.released" }) {
    const last = this.#succeeded.get(`${machine} ${term}`);
    if (last === undefined || epoch <= last) return undefined;
    return `${host} released output of epoch ${epoch} of ${machine}; its successor went on from epoch ${last}`;
  }
}
