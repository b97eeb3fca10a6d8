import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";
import { PowerRule } from "./power-rule.ts";

interface Tenure {
  readonly host: string;
  readonly term: number;
}

/**
 * At most one server: a host that answers clients on its own is the one that the witness named last,
 * and a primary that was replaced releases nothing that its successor does not have. Of two machines that run
 * one sends: what a stand-by has dropped, because the primary sends it, it does not send when it serves.
 * A pool that has a machine's memory is its witness: it gives write access to one host in each term, and
 * commits nothing of any other term.
 *
 * Under power fencing whoever serves on its own has a peer that is off, too; where no witness decides it is
 * the confirmation of that which names a host.
 */
export class OneServer implements Invariant {
  readonly name = "one-server";
  readonly #tenures = new Map<string, Tenure>();
  readonly #power = new PowerRule();
  /** By machine and term: the epoch from which a successor went on. */
  readonly #succeeded = new Map<string, number>();
  /** By machine and term, of those that replay a log: the position from which a successor went on. */
  readonly #followed = new Map<string, number>();
  /** Where the newest checkpoints lie in a log, by machine, term and epoch. */
  readonly #marks = new Map<string, number>();

  /** By machine and host: a packet that is about to leave and that a stand-by's machine has sent, too. */
  readonly #matched = new Set<string>();
  /** By machine, host, term and number: packets that a stand-by has dropped. */
  readonly #dropped = new Set<string>();
  /** Machines whose memory is in a pool. */
  readonly #pooled = new Set<string>();

  observe(record: StandinRecord): string | undefined {
    this.#power.follow(record);
    switch (record.kind) {
      case "fence.installed":
        if (record.decider === "nobody") this.#tenures.set(record.machine, record);
        return undefined;
      case "power.confirmed": {
        // Where a witness decides it has said so already; a later term is not undone by a late word.
        const { term } = this.#tenures.get(record.machine) ?? { term: 0 };
        if (record.term > term) this.#tenures.set(record.machine, record);
        return undefined;
      }
      case "witness.registered":
      case "witness.granted":
        this.#tenures.set(record.machine, record);
        return undefined;
      case "partition.made":
        this.#pooled.add(record.machine);
        this.#tenures.set(record.machine, record);
        return undefined;
      case "access.given":
        return this.#gives(record);
      case "checkpoint.committed":
        return this.#pooled.has(record.machine) ? this.#commits(record) : undefined;
      case "log.marked":
        this.#marks.set(`${record.machine} ${record.term}.${record.epoch}`, record.position);
        return undefined;
      case "output.matched":
        this.#matched.add(`${record.machine} ${record.host}`);
        return undefined;
      case "output.dropped":
        this.#dropped.add(`${record.machine} ${record.host} ${record.term} ${record.order}`);
        return undefined;
      case "output.taken-over":
        return this.#takesOver(record);
      case "failover.running":
        this.#succeeded.set(`${record.machine} ${record.epochTerm}`, record.epoch);
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
    if (named?.host === host && named.term === term) {
      return this.#power.objection(machine, host, term);
    }
    // It has asked for the next term with its output open, as before a first checkpoint, and the verdict is on
    // its way: nobody else can have been named in between.
    if (named?.host === host && named.term === term + 1 && does === "answers") return undefined;
    const rightful = named === undefined ? "nobody" : `${named.host} in term ${named.term}`;
    return `${host} ${does} for ${machine} in term ${term}; the witness has named ${rightful}`;
  }

  #gives(given: StandinRecord & { kind: "access.given" }): string | undefined {
    const { machine, host, term, pool } = given;
    const named = this.#tenures.get(machine);
    this.#tenures.set(machine, given);
    if (named === undefined || term > named.term) return undefined;
    return `${pool} gives write access to ${machine} in term ${term} to ${host}; ${named.host} has it in term ${named.term}`;
  }

  #commits({ machine, host, term, epoch }: StandinRecord & { kind: "checkpoint.committed" }) {
    const named = this.#tenures.get(machine);
    if (named?.term === term) return undefined;
    return `${host} commits epoch ${epoch} of ${machine} in term ${term}; ${named?.host} has write access in term ${named?.term}`;
  }

  #succeeds(loaded: StandinRecord & { kind: "failover.loaded" }): void {
    const { machine, epoch, epochTerm, position } = loaded;
    this.#succeeded.set(`${machine} ${epochTerm}`, epoch);
    const from = position ?? this.#marks.get(`${machine} ${epochTerm}.${epoch}`);
    if (from !== undefined) this.#followed.set(`${machine} ${epochTerm}`, from);
  }

  #released({ machine, host, term, epoch, log }: StandinRecord & { kind: "output.released" }) {
    // A successor whose machine has sent the same has that in its state.
    if (this.#matched.delete(`${machine} ${host}`)) return undefined;
    const last = (log === true ? this.#followed : this.#succeeded).get(`${machine} ${term}`);
    if (last === undefined || epoch <= last) return undefined;
    const what = log === true ? "position" : "epoch";
    return `${host} released output of ${what} ${epoch} of ${machine}; its successor went on from ${what} ${last}`;
  }

  #takesOver({ machine, host, term, order, epoch }: StandinRecord & { kind: "output.taken-over" }) {
    if (!this.#dropped.has(`${machine} ${host} ${term} ${order}`)) return undefined;
    return `${host} sends packet ${order} of ${machine}, of epoch ${epoch}, which it had dropped: the primary has sent it`;
  }
}
