import type { StandinRecord } from "../standin-record.ts";

type Mirrored = StandinRecord & { kind: "output.mirrored" };
type Matched = StandinRecord & { kind: "output.matched" };

/** What the machines of stand-bys have sent since the last checkpoint, as their own hosts tell it. */
export class MirroredOutput {
  /** By machine and term: packets, each with its epoch. */
  readonly #packets = new Map<string, Set<string>>();
  /** By machine and term: the ends of the numbered bytes sent, by client. */
  readonly #ends = new Map<string, Map<number, number>>();

  /** A machine of a stand-by has sent a packet. */
  add(record: Mirrored): void {
    const { machine, term, client, number, bytes } = record;
    const of = `${machine} ${term}`;
    if (record.sequenced) {
      const ends = this.#ends.get(of) ?? new Map<number, number>();
      ends.set(client, Math.max(ends.get(client) ?? 0, number + bytes));
      this.#ends.set(of, ends);
      return;
    }
    const packets = this.#packets.get(of) ?? new Set<string>();
    packets.add(keyOf(record));
    this.#packets.set(of, packets);
  }

  /** True if the stand-by's machine has sent this; of numbered bytes, however it has cut them. */
  has(record: Matched): boolean {
    const { machine, term, client, number, bytes } = record;
    if (!record.sequenced) {
      return this.#packets.get(`${machine} ${term}`)?.has(keyOf(record)) === true;
    }
    const end = this.#ends.get(`${machine} ${term}`)?.get(client) ?? 0;
    return bytes === 0 || number + bytes <= end;
  }

  /** A stand-by goes on in another state: what it has sent is nothing to go by. */
  forget({ machine, term }: { readonly machine: string; readonly term: number }): void {
    this.#packets.delete(`${machine} ${term}`);
    this.#ends.delete(`${machine} ${term}`);
  }
}

function keyOf({ epoch, client, number, check }: Mirrored | Matched): string {
  return `${epoch} ${client} ${number} ${check}`;
}
