import type { HostRecord } from "../../host/records.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { TraceRecord, TraceSink } from "../../sim/trace.ts";
import { Disturbances } from "./disturbances.ts";
import { type Fault, type FaultKind, isLinkFault } from "./fault.ts";
import { type CopyRecord, MachineCopies } from "./machine-copies.ts";
import { PooledCopies, type PooledCopyRecord } from "./pooled-copies.ts";
import type { PlanRecord } from "./records.ts";

/** A machine as an atlas finds it; a `ProtectedMachine` is one. */
export interface AtlasMachine {
  readonly name: string;
  /** Hosts on which it depends that somebody can come to serve it. Default the witness's. */
  readonly needs?: readonly string[];
  /** One for each host that has a part of it. */
  readonly nodes: readonly {
    readonly host: { readonly name: string };
    readonly role: string;
    readonly alive: boolean;
    readonly term: number;
    readonly image: { readonly complete: boolean };
  }[];
  /** The pool that has its memory, and the hosts that may run it; absent if it has none. */
  readonly pool?: { readonly name: string; readonly hosts: readonly string[] } | undefined;
}

/** What an atlas cannot read in the trace. */
export interface AtlasOptions {
  /** Name of the host that carries the witness. Default `"witness"`. */
  readonly witness?: string;
  /** Machines there are already when the atlas is added to the trace. Default none. */
  readonly machines?: readonly AtlasMachine[];
}

/** Faults that can still make hosts suspect each other long after their end. */
const LINGERING: ReadonlySet<FaultKind> = new Set([
  "slow",
  "clock",
  "delay",
  "reorder",
  "bandwidth",
]);

/** Faults that other records tell of, so that those not of the plan count, too. */
const TOLD_BY_HOSTS: ReadonlySet<FaultKind> = new Set(["crash", "restart", "pause", "partition"]);

/**
 * What a pair promises to survive, during a run: any one failure at a time. It follows the trace and
 * knows, for every machine, who has a copy from which it can go on, and what is yet to be decided.
 * (TigerBeetle's cluster fault atlas does this for its disks.)
 *
 * It objects to
 * 1. the crash of the last host with a whole copy of a machine;
 * 2. the crash of a host that the witness may yet name, because it has asked;
 * 3. the crash of the witness's host while a machine needs a decision, or may come to need one;
 * 4. whatever may make a pair need a decision while the witness's host is off.
 *
 * Of a machine whose memory is in a pool it objects to the crash of the pool, and of the last of its hosts.
 *
 * Faults that pass destroy nothing by themselves: cut links, pauses, lost packets are survived as
 * often as they come, as long as there is a witness to decide.
 */
export class Atlas implements TraceSink {
  readonly #witness: string;
  readonly #machines: Map<string, MachineCopies> = new Map();
  readonly #pooled: Map<string, PooledCopies> = new Map();
  readonly #off: Set<string> = new Set();
  readonly #disturbances: Disturbances = new Disturbances();

  /** Follows a trace once it is added to it as a sink, best before any machine is made. */
  constructor({ witness = "witness", machines = [] }: AtlasOptions = {}) {
    this.#witness = witness;
    for (const { name, nodes, needs, pool } of machines) {
      if (pool !== undefined) {
        this.#pooled.set(name, new PooledCopies(name, pool.name, pool.hosts));
        continue;
      }
      const present = nodes.filter(({ alive }) => alive);
      const serving = present.filter(({ role }) => role === "primary");
      serving.sort((a, b) => b.term - a.term);
      const [first] = serving;
      const standBy = present.find(({ role }) => role === "secondary");
      const copies = this.#copies(name);
      if (needs !== undefined) copies.depend(needs);
      const { host, term } = first ?? { host: undefined, term: 0 };
      if (host === undefined) continue;
      const isWhole = standBy?.image.complete === true;
      if (standBy === undefined) copies.begin(host.name);
      else copies.begin(host.name, { host: standBy.host.name, isWhole, term });
    }
  }

  /**
   * Why a fault that began now would be more than is promised to be survived.
   *
   * @returns Undefined if nothing speaks against it.
   */
  objection(fault: Fault, nowNs: Nanoseconds): string | undefined {
    for (const copies of this.#pooled.values()) {
      const reason =
        fault.kind === "crash" ? copies.objectionToCrash(fault.host, this.#off) : undefined;
      if (reason !== undefined) return reason;
    }
    for (const copies of this.#machines.values()) {
      const reason = this.#objectionOf(copies, fault, nowNs);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as HostRecord | PlanRecord | CopyRecord | PooledCopyRecord;
    switch (record.kind) {
      case "host.crashed":
        this.#off.add(record.host);
        this.#disturbances.end(`pause ${record.host}`, atNs);
        for (const copies of this.#machines.values()) copies.crashed(record.host);
        break;
      case "host.restarted":
        this.#off.delete(record.host);
        break;
      case "host.paused":
        this.#disturbances.begin(`pause ${record.host}`, [record.host]);
        break;
      case "host.resumed":
        this.#disturbances.end(`pause ${record.host}`, atNs);
        break;
      case "link.partitioned":
        this.#disturbances.begin(`cut ${record.from} > ${record.to}`, [record.from, record.to]);
        break;
      case "link.healed":
        this.#disturbances.end(`cut ${record.from} > ${record.to}`, atNs);
        break;
      case "fault.started":
        if (TOLD_BY_HOSTS.has(record.what)) break;
        this.#disturbances.begin(
          `fault ${record.fault}`,
          "host" in record ? [record.host] : [record.from, record.to],
        );
        break;
      case "fault.ended":
        if (!LINGERING.has(record.what)) this.#disturbances.end(`fault ${record.fault}`, atNs);
        break;
      case "partition.made":
        this.#pooled.set(record.machine, new PooledCopies(record.machine, record.pool));
        break;
      case "partition.host":
        this.#pooled.get(record.machine)?.record(record);
        break;
      case "witness.registered":
      case "protection.started":
      case "checkpoint.committed":
      case "replay.diverged":
      case "shadow.paused":
      case "output.failed":
      case "fence.installed":
      case "fence.needs":
      case "power.confirmed":
      case "term.requested":
      case "witness.granted":
      case "machine.fenced":
      case "stand-by.abandoned":
      case "protection.lost":
      case "start.cancelled":
      case "failover.serving":
      case "handover.ordered":
      case "migration.ordered":
      case "migration.stayed":
      case "migration.left":
      case "migration.received":
      case "migration.whole":
      case "duplication.serving":
        if (!this.#pooled.has(record.machine)) this.#copies(record.machine).record(record);
        break;
      default:
    }
  }

  #objectionOf(copies: MachineCopies, fault: Fault, nowNs: Nanoseconds): string | undefined {
    if (fault.kind === "crash") return this.#objectionToCrash(copies, fault.host, nowNs);
    if (fault.kind === "restart" || fault.kind === "cable") return undefined;
    const absent = this.#absent(copies);
    if (absent === undefined) return undefined;
    const { members, machine } = copies;
    const hosts = isLinkFault(fault) ? [fault.from, fault.to] : [fault.host];
    return hosts.every((host) => members.has(host))
      ? this.#nobodyDecides(machine, absent)
      : undefined;
  }

  #objectionToCrash(copies: MachineCopies, host: string, nowNs: Nanoseconds): string | undefined {
    const { machine, whole, members, unreadyStandBy } = copies;
    if (this.#off.has(host)) return undefined;
    if (this.#needed(copies).has(host)) return this.#objectionToLosing(host, copies, nowNs);
    if (copies.isHalf(host)) {
      return `${host} has a part of ${machine} that no other host has, while it is moved by post-copy`;
    }
    if (whole.has(host) && whole.size === 1) {
      return unreadyStandBy === undefined
        ? `${host} has the last copy of ${machine}`
        : `${host} has the only copy of ${machine}: ${unreadyStandBy} has no whole checkpoint yet`;
    }
    if (whole.has(host) && copies.isClaimant(host)) {
      return `${host} has asked to serve ${machine} alone, and may be the one that is named`;
    }
    const absent = this.#absent(copies);
    return members.has(host) && absent !== undefined
      ? this.#nobodyDecides(machine, absent)
      : undefined;
  }

  #objectionToLosing(host: string, copies: MachineCopies, nowNs: Nanoseconds): string | undefined {
    const { machine, members, isUndecided } = copies;
    const name = this.#nameOf(host);
    if (isUndecided) return `${name} has yet to decide who serves ${machine}`;
    if (this.#disturbances.within(members, nowNs)) {
      return `the hosts of ${machine} are disturbed, and may need ${name}`;
    }
    return undefined;
  }

  #nobodyDecides(machine: string, absent: string): string {
    return `${this.#nameOf(absent)} is off: nobody could decide who goes on with ${machine}`;
  }

  /** Hosts without which it could not be decided who serves a machine. */
  #needed({ needed }: MachineCopies): ReadonlySet<string> {
    return needed ?? new Set([this.#witness]);
  }

  /** One of them that is off. */
  #absent(copies: MachineCopies): string | undefined {
    return [...this.#needed(copies)].find((host) => this.#off.has(host));
  }

  #nameOf(host: string): string {
    return host === this.#witness ? "the witness" : host;
  }

  #copies(machine: string): MachineCopies {
    let copies = this.#machines.get(machine);
    if (copies === undefined) {
      copies = new MachineCopies(machine);
      this.#machines.set(machine, copies);
    }
    return copies;
  }
}
