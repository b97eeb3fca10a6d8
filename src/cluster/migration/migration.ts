import type { CheckpointRecord } from "../../checkpoint/records.ts";
import type { HostRecord } from "../../host/records.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { TraceRecord, TraceSink } from "../../sim/trace.ts";
import type { ClusterRecord } from "../records.ts";
import type { MigrationRecord } from "./records.ts";

/** What became of a migration. */
export type MigrationOutcome = "under way" | "moved" | "stayed" | "failed";

/** One round of pre-copy, as its record tells. */
export type MigrationRound = Readonly<
  Pick<
    MigrationRecord & { kind: "migration.round-over" },
    "round" | "pages" | "bytes" | "skipped" | "dirtied" | "dirtyBitsPerSecond" | "tookNs"
  > & { bitsPerSecond: number }
>;

/** Which migration it is. */
export interface MigrationParties {
  readonly machine: string;
  readonly from: string;
  readonly to: string;
  /** Name of the way. */
  readonly how: string;
}

/** What a migration reads of the trace. */
type Seen = MigrationRecord | ClusterRecord | CheckpointRecord | HostRecord;

/** Rounds kept: more than any migration makes. */
const ROUNDS_KEPT_MAX = 64;

/**
 * A migration, to be looked at while it goes on and afterwards. What it knows it has read in the trace.
 */
export class Migration implements TraceSink {
  readonly machine: string;
  readonly from: string;
  readonly to: string;
  readonly how: string;
  readonly #beganNs: Nanoseconds;
  readonly #cancel: () => void;
  readonly #over: () => void;
  readonly #rounds: MigrationRound[] = [];
  readonly #off = new Set<string>();
  /** True from when the target follows the source. */
  #isFollowed = false;
  #outcome: MigrationOutcome = "under way";
  #reason: string | undefined;
  #bytes = 0;
  #awaitedPages = 0;
  #rate = 0;
  /** True from the order to hand the machine over. */
  #isHandedOver = false;
  /** True while a part of the machine is on either host. */
  #isSplit = false;
  #stoppedNs: Nanoseconds | undefined;
  #servesNs: Nanoseconds | undefined;
  #endNs: Nanoseconds | undefined;

  /**
   * @param cancel Asks the source to keep the machine.
   * @param over Called once, when the outcome is known.
   */
  constructor(
    { machine, from, to, how }: MigrationParties,
    beganNs: Nanoseconds,
    { cancel, over }: { readonly cancel: () => void; readonly over: (it: Migration) => void },
  ) {
    this.machine = machine;
    this.from = from;
    this.to = to;
    this.how = how;
    this.#beganNs = beganNs;
    this.#cancel = cancel;
    this.#over = () => over(this);
  }

  /**
   * `"moved"`: the target serves, with all of its memory; `"stayed"`: the source serves, alone; `"failed"`:
   * a host failed on the way, and what was there of the machine with it.
   */
  get outcome(): MigrationOutcome {
    return this.#outcome;
  }

  /** Why it stayed or failed. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** The rounds of pre-copy, in order; none in the other ways. */
  get rounds(): readonly MigrationRound[] {
    return this.#rounds;
  }

  /** Bytes on the wire from source to target so far, everything included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often the machine had to wait for a page at the target. */
  get awaitedPages(): number {
    return this.#awaitedPages;
  }

  /** From the machine's last stop at the source until it ran at the target. `undefined` if it has not. */
  get downtimeNs(): Nanoseconds | undefined {
    const [from, to] = [this.#stoppedNs, this.#servesNs];
    return from === undefined || to === undefined ? undefined : to - from;
  }

  /** From the order to migrate until the outcome was known. `undefined` before. */
  get totalNs(): Nanoseconds | undefined {
    return this.#endNs === undefined ? undefined : this.#endNs - this.#beganNs;
  }

  /**
   * Asks the source to keep the machine. Once it has begun to hand it over, that is too late, and nothing
   * happens: the outcome tells.
   */
  cancel(): void {
    if (this.#outcome === "under way") this.#cancel();
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as Seen;
    if (record.kind === "link.sent") {
      if (record.from === this.from && record.to === this.to) this.#bytes += record.bytes;
    } else if (record.kind === "host.crashed") this.#crashed(record.host, atNs);
    else if ("machine" in record && record.machine === this.machine) this.#follow(record, atNs);
  }

  #follow(record: Seen, atNs: Nanoseconds): void {
    switch (record.kind) {
      case "migration.ready":
        this.#isFollowed = true;
        return;
      case "handover.started":
        this.#isHandedOver = true;
        return;
      case "checkpoint.paused":
        if (this.#isHandedOver) this.#stoppedNs ??= atNs;
        return;
      case "migration.stopped":
        this.#stoppedNs = atNs;
        return;
      case "migration.round":
        this.#rate = record.bitsPerSecond;
        return;
      case "migration.round-over":
        if (this.#rounds.length < ROUNDS_KEPT_MAX) this.#rounds.push(this.#roundOf(record));
        return;
      case "migration.received":
        this.#isSplit = true;
        return;
      case "page.awaited":
        this.#awaitedPages += 1;
        return;
      case "failover.serving":
        if (record.host !== this.to) return;
        this.#servesNs = atNs;
        if (!this.#isSplit) this.#end("moved", atNs);
        else if (this.#off.has(this.from)) this.#fail(this.from, atNs);
        return;
      case "migration.whole":
        this.#end("moved", atNs);
        return;
      case "migration.stayed":
        this.#end("stayed", atNs, record.reason);
        return;
      case "stand-by.abandoned":
        if (record.host === this.to && this.#off.has(this.from)) this.#fail(this.from, atNs);
        return;
      default:
    }
  }

  #roundOf(record: MigrationRecord & { kind: "migration.round-over" }): MigrationRound {
    const { round, pages, bytes, skipped, dirtied, dirtyBitsPerSecond, tookNs } = record;
    const bitsPerSecond = this.#rate;
    return { round, pages, bytes, skipped, dirtied, dirtyBitsPerSecond, tookNs, bitsPerSecond };
  }

  #crashed(host: string, atNs: Nanoseconds): void {
    if (host !== this.from && host !== this.to) return;
    this.#off.add(host);
    const isServedSplit = this.#isSplit && this.#servesNs !== undefined;
    const isNowhere = this.#off.has(this.from) && (!this.#isFollowed || this.#off.has(this.to));
    if (isServedSplit || isNowhere) this.#fail(host, atNs);
  }

  #fail(host: string, atNs: Nanoseconds): void {
    this.#end("failed", atNs, `${host} failed`);
  }

  #end(outcome: MigrationOutcome, atNs: Nanoseconds, reason?: string): void {
    if (this.#outcome !== "under way") return;
    this.#outcome = outcome;
    this.#reason = reason;
    this.#endNs = atNs;
    this.#over();
  }
}
