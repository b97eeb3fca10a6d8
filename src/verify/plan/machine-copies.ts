import type { CheckpointRecord } from "../../checkpoint/records.ts";
import type { FencingRecord } from "../../cluster/fencing/records.ts";
import type { MigrationRecord } from "../../cluster/migration/records.ts";
import type { ClusterRecord } from "../../cluster/records.ts";
import type { StartRecord } from "../../cluster/start/records.ts";
import type { LockstepRecord } from "../../lockstep/records.ts";

/** The records from which a machine's copies are known. */
export type CopyRecord = Extract<
  CheckpointRecord | ClusterRecord | FencingRecord | LockstepRecord | MigrationRecord | StartRecord,
  {
    kind:
      | "witness.registered"
      | "protection.started"
      | "checkpoint.committed"
      | "replay.diverged"
      | "shadow.paused"
      | "output.failed"
      | "term.requested"
      | "witness.granted"
      | "fence.installed"
      | "fence.needs"
      | "power.confirmed"
      | "machine.fenced"
      | "stand-by.abandoned"
      | "protection.lost"
      | "failover.serving"
      | "handover.ordered"
      | "migration.ordered"
      | "migration.stayed"
      | "migration.left"
      | "migration.received"
      | "migration.whole"
      | "start.cancelled"
      | "duplication.serving";
  }
>;

/**
 * Which hosts have a copy of a machine that it could go on from without losing what it has promised,
 * as far as the trace tells.
 */
export class MachineCopies {
  readonly machine: string;
  #serving: string | undefined;
  /** Whom the serving host protects the machine with; undefined once that is over. */
  #standBy: string | undefined;
  /** The term of the protection. */
  #term = 0;
  readonly #whole: Set<string> = new Set();
  /** Who has asked for the next term, and whom the witness may yet name. */
  readonly #claimants: Set<string> = new Set();
  /** Hosts without which nobody may come to serve; undefined where that is the witness's alone. */
  #needed: Set<string> | undefined;
  /** The two hosts that a machine needs which goes on before its memory has come (post-copy). */
  #halves: { readonly from: string; readonly to: string } | undefined;
  /** Hosts that are to let the machine go, or give it up; each needs the witness to name somebody. */
  readonly #leaving: Set<string> = new Set();
  /** True while the machine is being handed over on purpose, until somebody serves it. */
  #isHandedOver = false;
  /** True from when the witness has named the second of them. */
  #isSplit = false;
  /** True while one host serves alone and nothing is left to be decided. */
  #isAlone = false;

  constructor(machine: string) {
    this.machine = machine;
  }

  /** Hosts that the machine's fence depends on; undefined where that is the witness's alone. */
  get needed(): ReadonlySet<string> | undefined {
    return this.#needed;
  }

  /** Hosts that have a whole copy. */
  get whole(): ReadonlySet<string> {
    return this.#whole;
  }

  /** Hosts whose failure makes somebody ask the witness; none while a host serves alone. */
  get members(): ReadonlySet<string> {
    const members = this.#isAlone ? [] : [this.#serving, this.#standBy, ...this.#whole];
    return new Set(members.filter((host) => host !== undefined));
  }

  /** True while it is to be decided who serves, though nothing goes wrong any more. */
  get isUndecided(): boolean {
    if (this.#leaving.size > 0 || this.#isHandedOver) return true;
    if (this.#isAlone || this.#whole.size === 0) return false;
    if (this.#claimants.size > 0) return true;
    // Before the first protection nobody suspects anybody.
    if (this.#term === 0) return false;
    const serves = this.#serving !== undefined && this.#whole.has(this.#serving);
    return !serves || this.#standBy === undefined;
  }

  /** Who stands by without a whole copy, if anybody does. */
  get unreadyStandBy(): string | undefined {
    return this.#standBy !== undefined && this.#whole.has(this.#standBy)
      ? undefined
      : this.#standBy;
  }

  /** Whether a part of the machine is on this host and nowhere else, or may be before anybody can tell. */
  isHalf(host: string): boolean {
    const halves = this.#halves;
    if (halves === undefined) return false;
    if (this.#isSplit) return host === halves.from || host === halves.to;
    return host === halves.to && this.#claimants.has(host);
  }

  /** Whether the witness may yet name this host. */
  isClaimant(host: string): boolean {
    return this.#claimants.has(host);
  }

  /** The machine's fence depends on these hosts, and no others. */
  depend(needed: readonly string[]): void {
    this.#needed = new Set(needed);
  }

  /** A host lost power, and its copy with it. */
  crashed(host: string): void {
    this.#whole.delete(host);
    this.#leaving.delete(host);
    if (this.#standBy === host) this.#standBy = undefined;
  }

  /**
   * Something is known of the machine that its trace has not told: who serves it.
   *
   * @param standBy Who stands by, with a whole copy or not, in which term; absent if nobody does.
   */
  begin(
    serving: string,
    standBy?: { readonly host: string; readonly isWhole: boolean; readonly term: number },
  ): void {
    this.#serving = serving;
    this.#whole.add(serving);
    if (standBy === undefined) return;
    this.#standBy = standBy.host;
    this.#term = standBy.term;
    if (standBy.isWhole) this.#whole.add(standBy.host);
  }

  /** Looks at a record about the machine. */
  record(record: CopyRecord): void {
    const { host } = record;
    switch (record.kind) {
      case "witness.registered":
        this.begin(host);
        break;
      case "protection.started":
        this.#serving = host;
        this.#standBy = record.secondary;
        this.#term = record.term;
        this.#isAlone = false;
        this.#isHandedOver = false;
        this.#whole.add(host);
        break;
      case "checkpoint.committed":
        // A checkpoint that arrives after the decision is nobody's any more.
        if (host === this.#standBy && record.term === this.#term) this.#whole.add(host);
        break;
      case "replay.diverged":
      case "shadow.paused":
        // No copy of the machine as it is, until the next checkpoint; better than none if there is no other.
        if (this.#whole.size > 1) this.#whole.delete(host);
        break;
      case "output.failed":
        // The stand-by is being told, stands still as soon as it knows, and stands in for nobody.
        if (this.#standBy !== undefined && this.#whole.size > 1) this.#whole.delete(this.#standBy);
        break;
      case "term.requested":
        this.#claimants.add(host);
        break;
      case "fence.installed":
        this.begin(host);
        this.#needed = new Set();
        break;
      case "fence.needs":
        this.#needed?.add(record.on);
        break;
      case "handover.ordered":
        this.#isHandedOver = true;
        break;
      case "migration.ordered":
        this.#leaving.add(host);
        break;
      case "migration.stayed":
      case "migration.left":
        this.#leaving.delete(host);
        break;
      case "migration.received":
        this.#halves = { from: record.from, to: host };
        break;
      case "migration.whole":
        this.#halves = undefined;
        this.#isSplit = false;
        break;
      case "witness.granted":
      case "power.confirmed":
        this.#isSplit = this.#halves?.to === host;
        if (!this.#isSplit) this.#halves = undefined;
        // The others will be refused, whatever they have.
        this.#keepOnly(host);
        this.#standBy = undefined;
        break;
      case "machine.fenced":
      case "stand-by.abandoned":
        this.#whole.delete(host);
        if (this.#standBy === host) this.#standBy = undefined;
        break;
      case "protection.lost":
      case "start.cancelled":
      case "failover.serving":
      case "duplication.serving":
        this.#serving = host;
        this.#standBy = undefined;
        this.#isAlone = true;
        this.#isHandedOver = false;
        this.#claimants.clear();
        this.#keepOnly(host);
        this.#whole.add(host);
        break;
    }
  }

  #keepOnly(host: string): void {
    for (const each of this.#whole) if (each !== host) this.#whole.delete(each);
  }
}
