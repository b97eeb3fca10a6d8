import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";
import { MirroredOutput } from "./mirrored-output.ts";

type Matched = StandinRecord & { kind: "output.matched" };
type Bypassed = StandinRecord & { kind: "output.bypassed" };

/**
 * Output commit: no packet of a protected machine leaves before the epoch that produced it is
 * committed at the secondary (Remus, NSDI'08, section 3.4), or the log stored there that leads to it (VMware
 * FT, 2010). What the configuration lets bypass the
 * gate may: but for no other client, and not while its host asks who serves, or after it was replaced.
 * Where a stand-by's machine runs, too, a packet may leave that it has sent before, in the same epoch: what
 * the stand-by's host says of its own packets is believed, and nothing that the primary says of them.
 */
export class OutputCommit implements Invariant {
  readonly name = "output-commit";
  /** Last epoch committed, by machine and term. */
  readonly #committed = new Map<string, number>();
  /** Last position of a log stored, or in a checkpoint that was committed, by machine and term. */
  readonly #stored = new Map<string, number>();
  /** Where checkpoints lie in a log, by machine, term and epoch. */
  readonly #marks = new Map<string, number>();
  /** What machines of stand-bys have sent. */
  readonly #mirrored = new MirroredOutput();
  /** By machine and host: a packet that is about to leave because the stand-by's machine has sent it. */
  readonly #matched = new Set<string>();
  /** Clients whose packets may bypass the gate, by machine. */
  readonly #allowed = new Map<string, Set<number>>();
  /** Machine and host where it is not settled, or not so, that this host serves. */
  readonly #unsettled = new Set<string>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "checkpoint.committed":
        this.#committed.set(`${record.machine} ${record.term}`, record.epoch);
        this.#store(record, this.#marks.get(markOf(record)) ?? 0);
        return undefined;
      case "log.marked":
        this.#marks.set(markOf(record), record.position);
        return undefined;
      case "log.stored":
        this.#store(record, record.position);
        return undefined;
      case "output.bypass-allowed":
        this.#allowedOf(record.machine).add(record.client);
        return undefined;
      case "term.requested":
        this.#unsettled.add(`${record.machine} ${record.host}`);
        return undefined;
      case "protection.started":
        this.#unsettled.delete(`${record.machine} ${record.host}`);
        return undefined;
      case "output.bypassed":
        return this.#bypassed(record);
      case "output.mirrored":
        this.#mirrored.add(record);
        return undefined;
      case "stand-by.loaded":
        this.#mirrored.forget(record);
        return undefined;
      case "output.matched":
        return this.#match(record);
      case "output.released":
        return record.protected ? this.#released(record) : undefined;
      default:
        return undefined;
    }
  }

  #store({ machine, term }: { machine: string; term: number }, position: number): void {
    const key = `${machine} ${term}`;
    if (position > (this.#stored.get(key) ?? 0)) this.#stored.set(key, position);
  }

  #released({ machine, host, term, epoch, log }: StandinRecord & { kind: "output.released" }) {
    if (log === true) {
      const stored = this.#stored.get(`${machine} ${term}`) ?? 0;
      if (epoch <= stored) return undefined;
      return `${machine} on ${host} released output of position ${epoch} in term ${term}; the secondary has stored the log up to ${stored}`;
    }
    const committed = this.#committed.get(`${machine} ${term}`) ?? 0;
    const isMatched = this.#matched.delete(`${machine} ${host}`);
    if (epoch <= committed || isMatched) return undefined;
    return `${machine} on ${host} released output of epoch ${epoch} in term ${term}; the secondary has committed epoch ${committed}`;
  }

  #match(record: Matched): string | undefined {
    const { machine, host, client, number, epoch } = record;
    // Told once: that it leaves is no second violation.
    this.#matched.add(`${machine} ${host}`);
    if (this.#mirrored.has(record)) return undefined;
    return `${machine} on ${host} takes packet ${number} to client ${client} of epoch ${epoch} to be the stand-by's, which has not sent it`;
  }

  #bypassed({ machine, host, term, epoch, client }: Bypassed): string | undefined {
    const what = `${machine} on ${host} let a packet to client ${client} bypass in epoch ${epoch} of term ${term}`;
    const allowed = this.#allowedOf(machine);
    if (!allowed.has(client)) return `${what}; allowed is ${[...allowed].join(", ") || "none"}`;
    if (this.#unsettled.has(`${machine} ${host}`)) return `${what}, when it had asked who serves`;
    return undefined;
  }

  #allowedOf(machine: string): Set<number> {
    let allowed = this.#allowed.get(machine);
    if (allowed === undefined) {
      allowed = new Set();
      this.#allowed.set(machine, allowed);
    }
    return allowed;
  }
}

function markOf(of: { machine: string; term: number; epoch: number }): string {
  return `${of.machine} ${of.term}.${of.epoch}`;
}
