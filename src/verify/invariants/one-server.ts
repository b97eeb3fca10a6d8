import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

interface Tenure {
  readonly host: string;
  readonly term: number;
}

/**
 * At most one server: a host that answers clients on its own is the one that the witness named last,
 * and a primary that was replaced releases nothing that its successor does not have. Of two machines that run
 * one sends: what a stand-by has dropped, because the primary sends it, it does not send when it serves.
 */
export class OneServer implements Invariant {
  readonly name = "one-server";
  readonly #tenures = new Map<string, Tenure>();
  /** By machine and term: the epoch from which a successor went on. */
  readonly #succeeded = new Map<string, number>();

  /** By machine and host: a packet that is about to leave and that a stand-by's machine has sent, too. */
  readonly #matched = new Set<string>();
  /** By machine, host, term and number: packets that a stand-by has dropped. */
  readonly #dropped = new Set<string>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "witness.registered":
      case "witness.granted":
        this.#tenures.set(record.machine, record);
        return undefined;
      case "output.matched":
        this.#matched.add(`${record.machine} ${record.host}`);
        return undefined;
      case "output.dropped":
        this.#dropped.add(`${record.machine} ${record.host} ${record.term} ${record.order}`);
        return undefined;
      case "output.taken-over":
        return this.#takesOver(record);
      case "failover.loaded":
      case "failover.running":
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
    // A successor whose machine has sent the same has that in its state.
    if (this.#matched.delete(`${machine} ${host}`)) return undefined;
    const last = this.#succeeded.get(`${machine} ${term}`);
    if (last === undefined || epoch <= last) return undefined;
    return `${host} released output of epoch ${epoch} of ${machine}; its successor went on from epoch ${last}`;
  }

  #takesOver({ machine, host, term, order, epoch }: StandinRecord & { kind: "output.taken-over" }) {
    if (!this.#dropped.has(`${machine} ${host} ${term} ${order}`)) return undefined;
    return `${host} sends packet ${order} of ${machine}, of epoch ${epoch}, which it had dropped: the primary has sent it`;
  }
}
