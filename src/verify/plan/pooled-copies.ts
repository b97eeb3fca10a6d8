import type { PoolRecord } from "../../host/pool/records.ts";

/** The records from which it is known which machines are in a pool. */
export type PooledCopyRecord = Extract<PoolRecord, { kind: "partition.made" | "partition.host" }>;

/**
 * A machine whose memory is in a pool: its one copy is there, and any of its hosts can go on with it. Hosts
 * may fail as often as they like while one of them is on; the pool may not.
 */
export class PooledCopies {
  readonly machine: string;
  readonly #pool: string;
  readonly #hosts: Set<string>;

  /** @param hosts Those that are known already; others are told of by records. */
  constructor(machine: string, pool: string, hosts: readonly string[] = []) {
    this.machine = machine;
    this.#pool = pool;
    this.#hosts = new Set(hosts);
  }

  /** Looks at a record about the machine. */
  record(record: PooledCopyRecord): void {
    if (record.kind === "partition.host") this.#hosts.add(record.host);
  }

  /**
   * Why the crash of a host would be more than is promised to be survived; undefined if it would not.
   *
   * @param off Hosts that have no power now.
   */
  objectionToCrash(host: string, off: ReadonlySet<string>): string | undefined {
    if (off.has(host)) return undefined;
    if (host === this.#pool) return `${host} has all of the memory of ${this.machine}`;
    if (!this.#hosts.has(host)) return undefined;
    const others = [...this.#hosts].filter((other) => other !== host && !off.has(other));
    return others.length > 0
      ? undefined
      : `${host} is the last host that is on and may run ${this.machine}`;
  }
}
