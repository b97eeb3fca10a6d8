import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/**
 * Epochs of a machine's term whose digests are kept: those that can still be applied. A secondary that stood
 * still applies what it has of its own term, however many checkpoints another one has got since.
 */
const EPOCHS_KEPT = 8;

/**
 * Memory identity: after each commit the secondary's memory and registers are those that the primary
 * had when it took the checkpoint, and a machine that stands in starts from exactly these. The
 * digests come from `MemoryDigest`, which knows nothing of how writes are tracked or sent.
 */
export class MemoryIdentity implements Invariant {
  readonly name = "memory-identity";
  /** By machine and term, then by epoch. */
  readonly #digests = new Map<string, Map<number, string>>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "checkpoint.copied":
        this.#keep(`${record.machine} ${record.term}`, record.epoch, record.digest);
        return undefined;
      case "partition.made":
        this.#keep(`${record.machine} ${record.term}`, record.epoch, record.digest);
        return undefined;
      case "checkpoint.applied":
        return this.#compare(record, record.term, "applied");
      case "failover.loaded":
        // What was replayed since: see `ReplayIdentity`.
        if (record.position !== undefined) return undefined;
        // Its memory comes later, see below.
        if (record.split === true) return undefined;
        return this.#compare(record, record.epochTerm, "stands in with");
      case "migration.whole":
        return this.#compare(record, record.epochTerm, "has got");
      default:
        return undefined;
    }
  }

  #keep(term: string, epoch: number, digest: string): void {
    let digests = this.#digests.get(term);
    if (digests === undefined) {
      digests = new Map();
      this.#digests.set(term, digests);
    }
    digests.set(epoch, digest);
    if (digests.size <= EPOCHS_KEPT) return;
    for (const oldest of digests.keys()) {
      digests.delete(oldest);
      break;
    }
  }

  #compare(
    at: { machine: string; host: string; epoch: number; digest: string },
    term: number,
    does: string,
  ): string | undefined {
    const taken = this.#digests.get(`${at.machine} ${term}`)?.get(at.epoch);
    if (taken === at.digest) return undefined;
    const expected = taken ?? "no such checkpoint";
    return `${at.host} ${does} epoch ${at.epoch} of ${at.machine} with state ${at.digest}; the primary's was ${expected}`;
  }
}
