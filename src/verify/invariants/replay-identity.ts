import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/** Positions of a machine whose digests are kept: those that a replay may still come to. */
const POSITIONS_KEPT = 16_384;

/**
 * Replay identity: wherever both have looked, a machine that replays has the memory and the registers that
 * the recorded one had at the same position of its log; a machine whose replay is known to have diverged
 * does not stand in; and a shadow is not fed once it knows of an error (US11662051).
 */
export class ReplayIdentity implements Invariant {
  readonly name = "replay-identity";
  /** By machine and term. */
  readonly #digests = new Map<string, Map<number, string>>();
  /** Machine and host whose replay has diverged, and how, until the next checkpoint. */
  readonly #diverged = new Map<string, string>();
  /** Machine and host that know of an error in the output. */
  readonly #failed = new Set<string>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "stretch.recorded":
        this.#keep(`${record.machine} ${record.term}`, record.position, record.digest);
        return undefined;
      case "stretch.replayed":
        return this.#fed(record) ?? this.#compare(record, record.term, "replays");
      case "request.replayed":
        return this.#fed(record);
      case "log.failed":
        this.#failed.add(`${record.machine} ${record.host}`);
        return undefined;
      case "replay.diverged":
        this.#diverged.set(`${record.machine} ${record.host}`, record.reason);
        return undefined;
      case "checkpoint.applied":
        this.#diverged.delete(`${record.machine} ${record.host}`);
        return undefined;
      case "failover.loaded":
        return this.#standsIn(record);
      default:
        return undefined;
    }
  }

  #keep(machine: string, position: number, digest: string): void {
    let digests = this.#digests.get(machine);
    if (digests === undefined) {
      digests = new Map();
      this.#digests.set(machine, digests);
    }
    digests.set(position, digest);
    if (digests.size <= POSITIONS_KEPT) return;
    for (const oldest of digests.keys()) {
      digests.delete(oldest);
      break;
    }
  }

  #fed({ machine, host, position }: { machine: string; host: string; position: number }) {
    if (!this.#failed.has(`${machine} ${host}`)) return undefined;
    return `${host} replays position ${position} of ${machine} after it was told of an error`;
  }

  #standsIn(loaded: StandinRecord & { kind: "failover.loaded" }): string | undefined {
    const { machine, host, digest, epochTerm, position } = loaded;
    const reason = this.#diverged.get(`${machine} ${host}`);
    if (reason !== undefined)
      return `${host} stands in for ${machine} after a divergence: ${reason}`;
    if (position === undefined) return undefined;
    return this.#compare({ machine, host, position, digest }, epochTerm, "stands in with");
  }

  #compare(
    at: { machine: string; host: string; position: number; digest: string },
    term: number,
    does: string,
  ): string | undefined {
    const recorded = this.#digests.get(`${at.machine} ${term}`)?.get(at.position);
    if (recorded === undefined || recorded === at.digest) return undefined;
    return `${at.host} ${does} position ${at.position} of ${at.machine} with state ${at.digest}; the primary's was ${recorded}`;
  }
}
