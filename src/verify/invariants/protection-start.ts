import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/**
 * The start of protection of a machine that runs: putting a monitor below it changes nothing of its
 * memory, and it counts as mirrored only when a secondary has committed the whole of it.
 */
export class ProtectionStart implements Invariant {
  readonly name = "protection-start";
  /** By machine and term: the secondary whose first copy is under way. */
  readonly #secondaries = new Map<string, string>();
  /** Those that have committed a whole machine, by machine, term and host. */
  readonly #committed = new Set<string>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "start.tables-placed": {
        const { machine, host, before, after } = record;
        if (before === after) return undefined;
        return `putting a monitor below ${machine} on ${host} has changed its memory from ${before} to ${after}`;
      }
      case "start.brownout":
        this.#secondaries.set(keyOf(record), record.secondary);
        return undefined;
      case "checkpoint.committed":
        this.#committed.add(`${keyOf(record)} ${record.host}`);
        return undefined;
      case "start.mirrored": {
        const { machine, host } = record;
        const secondary = this.#secondaries.get(keyOf(record));
        if (this.#committed.has(`${keyOf(record)} ${secondary}`)) return undefined;
        return `${host} takes ${machine} to be mirrored; ${secondary ?? "no secondary"} has committed no checkpoint of it`;
      }
      default:
        return undefined;
    }
  }
}

function keyOf({ machine, term }: { readonly machine: string; readonly term: number }): string {
  return `${machine} ${term}`;
}
