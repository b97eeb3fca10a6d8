import type { StandinRecord } from "../standin-record.ts";

/** A machine that is fenced by power. */
interface Fenced {
  /** Whether a claimant's peer has to be off before it serves. */
  readonly mustConfirm: boolean;
  /** The pair that protects it, and since which term. */
  pair: { readonly hosts: readonly [string, string]; readonly term: number } | undefined;
  /** Hosts of the pair that have lost power since. */
  readonly off: Set<string>;
  /** Terms in which the peer is spared, for it has agreed. */
  readonly spared: Set<number>;
}

/**
 * What power fencing promises beside what a witness does: of a pair, whoever serves in a later term than
 * that of their protection does so when the other has lost power since; unless the other has agreed to
 * stand back, or the fence allows it to serve on the witness's word.
 */
export class PowerRule {
  readonly #fenced = new Map<string, Fenced>();

  /** Follows a record. */
  follow(record: StandinRecord): void {
    switch (record.kind) {
      case "fence.installed": {
        if (record.fence !== "power") return;
        const { machine, mustConfirm } = record;
        const [off, spared] = [new Set<string>(), new Set<number>()];
        this.#fenced.set(machine, { mustConfirm, pair: undefined, off, spared });
        return;
      }
      case "protection.started": {
        const fenced = this.#fenced.get(record.machine);
        if (fenced === undefined) return;
        fenced.pair = { hosts: [record.host, record.secondary], term: record.term };
        fenced.off.clear();
        return;
      }
      case "host.crashed":
        for (const { off } of this.#fenced.values()) off.add(record.host);
        return;
      case "power.spared":
        this.#fenced.get(record.machine)?.spared.add(record.term);
        return;
      default:
    }
  }

  /** What is wrong with a host that serves alone, if anything is. */
  objection(machine: string, host: string, term: number): string | undefined {
    const fenced = this.#fenced.get(machine);
    if (fenced?.pair === undefined || !fenced.mustConfirm) return undefined;
    const { hosts, term: since } = fenced.pair;
    if (term <= since || fenced.spared.has(term)) return undefined;
    const other = hosts.find((each) => each !== host);
    if (other === undefined || fenced.off.has(other)) return undefined;
    return `${host} serves ${machine} in term ${term}; ${other}, its peer of term ${since}, has not lost power`;
  }
}
