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
  /** By machine and term, of those that replay a log: the position from which a successor went on. */
  readonly #followed = new Map<string, number>();
  /** Where the newest checkpoints lie in a log, by machine, term and epoch. */
  readonly #marks = new Map<string, number>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "witness.registered":
      case "witness.granted":
        this.#tenures.set(record.machine, record);
        return undefined;
      case "log.marked":
        this.#marks.set(`${record.machine} ${record.term}.${record.epoch}`, record.position);
        return undefined;
      case "failover.loaded":
        this.#succeeds(record);
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

  #succeeds(loaded: StandinRecord & { kind: "failover.loaded" }): void {
    const { machine, epoch, epochTerm, position } = loaded;
    this.#succeeded.set(`${machine} ${epochTerm}`, epoch);
    const from = position ?? this.#marks.get(`${machine} ${epochTerm}.${epoch}`);
    if (from !== undefined) this.#followed.set(`${machine} ${epochTerm}`, from);
  }

  #released({ machine, host, term, epoch, log }: StandinRecord & { kind: "output.released" }) {
    const last = (log === true ? this.#followed : this.#succeeded).get(`${machine} ${term}`);
    if (last === undefined || epoch <= last) return undefined;
    const what = log === true ? "position" : "epoch";
    return `${host} released output of ${what} ${epoch} of ${machine}; its successor went on from ${what} ${last}`;
  }
}
