import type { Nanoseconds } from "../../sim/time.ts";
import type { PlacementHost } from "./placement.ts";
import type { HostStatus, PartStatus } from "./status-message.ts";

/** A host that a coordinator looks after. */
export interface ManagedHost {
  readonly name: string;
  readonly domain: string;
  readonly memoryBytes: number;
}

/** A part of a machine, and where it is. */
export interface PlacedPart extends PartStatus {
  readonly host: string;
}

/** A host that was chosen for a stand-by, of which it has not told yet. */
interface Pending {
  readonly host: string;
  readonly bytes: number;
  readonly untilNs: Nanoseconds;
}

/** What a host told last. */
interface Heard {
  readonly incarnation: number;
  readonly sequence: number;
  readonly parts: readonly PlacedPart[];
  readonly atNs: Nanoseconds;
}

/** What a coordinator knows: what its hosts told it last, and what it has ordered since. */
export class ClusterView {
  readonly hosts: readonly ManagedHost[];
  readonly #silenceNs: Nanoseconds;
  readonly #heard = new Map<string, Heard>();
  /** What was told of each machine, by host. */
  readonly #parts = new Map<string, Map<string, PlacedPart>>();
  /** The place of each host among the others. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #pending = new Map<string, Pending>();
  #nowNs: Nanoseconds = 0;

  /** @param silenceNs A host that was not heard of for so long is taken to be gone. */
  constructor(hosts: readonly ManagedHost[], silenceNs: Nanoseconds) {
    this.hosts = hosts;
    this.#silenceNs = silenceNs;
    this.#places = new Map(hosts.map(({ name }, place) => [name, place]));
  }

  /** Whether a host is one of those looked after. */
  has(host: string): boolean {
    return this.#places.has(host);
  }

  /** A host has told its status. What it was ordered and has done is pending no more. */
  heard(host: string, status: HostStatus, atNs: Nanoseconds): void {
    const { incarnation, sequence, parts } = status;
    const last = this.#heard.get(host);
    if (last !== undefined && !isLater(status, last)) return;
    const placed = parts.map((part) => ({ ...part, host }));
    this.#heard.set(host, { incarnation, sequence, parts: placed, atNs });
    for (const { machine } of last?.parts ?? []) this.#parts.get(machine)?.delete(host);
    for (const part of placed) this.#partsOf(part.machine).set(host, part);
    for (const { machine } of parts) {
      if (this.#pending.get(machine)?.host === host) this.#pending.delete(machine);
    }
  }

  /** Sets the clock that {@link ClusterView.isPresent} is about. */
  look(nowNs: Nanoseconds): void {
    this.#nowNs = nowNs;
    for (const [machine, { untilNs }] of this.#pending) {
      if (untilNs <= nowNs) this.#pending.delete(machine);
    }
  }

  /** Whether a host was heard of lately. */
  isPresent(host: string): boolean {
    const heard = this.#heard.get(host);
    return heard !== undefined && this.#nowNs - heard.atNs < this.#silenceNs;
  }

  /** Parts of one machine on hosts that are present, in the order of the hosts. */
  partsOf(machine: string): readonly PlacedPart[] {
    const parts: PlacedPart[] = [];
    for (const part of this.#parts.get(machine)?.values() ?? []) {
      if (this.isPresent(part.host)) parts.push(part);
    }
    return parts.sort((a, b) => this.#places.get(a.host)! - this.#places.get(b.host)!);
  }

  /** Parts on hosts that are present, by machine. */
  parts(): ReadonlyMap<string, readonly PlacedPart[]> {
    const byMachine = new Map<string, PlacedPart[]>();
    for (const { name } of this.hosts) {
      if (!this.isPresent(name)) continue;
      for (const part of this.#heard.get(name)?.parts ?? []) {
        const parts = byMachine.get(part.machine);
        if (parts === undefined) byMachine.set(part.machine, [part]);
        else parts.push(part);
      }
    }
    return byMachine;
  }

  #partsOf(machine: string): Map<string, PlacedPart> {
    let parts = this.#parts.get(machine);
    if (parts === undefined) {
      parts = new Map();
      this.#parts.set(machine, parts);
    }
    return parts;
  }

  /** The host that was chosen for a stand-by of a machine and is about to boot it. */
  pendingHost(machine: string): string | undefined {
    return this.#pending.get(machine)?.host;
  }

  /** A host was chosen for a stand-by; it is forgotten when it has not told of it until then. */
  choose(machine: string, host: string, bytes: number, untilNs: Nanoseconds): void {
    this.#pending.set(machine, { host, bytes, untilNs });
  }

  /** How the hosts look to placement; what is pending takes its room already. */
  placementHosts(maintained: ReadonlySet<string>): PlacementHost[] {
    const used = new Map<string, number>();
    const take = (host: string, bytes: number): void => {
      used.set(host, (used.get(host) ?? 0) + bytes);
    };
    for (const [host, { parts }] of this.#heard) {
      for (const { memoryBytes } of parts) take(host, memoryBytes);
    }
    for (const { host, bytes } of this.#pending.values()) take(host, bytes);
    return this.hosts.map(({ name, domain, memoryBytes }) => ({
      ...{ name, domain, memoryBytes, usedBytes: used.get(name) ?? 0 },
      isOpen: this.isPresent(name) && !maintained.has(name),
    }));
  }
}

type Told = Pick<HostStatus, "incarnation" | "sequence">;

function isLater(status: Told, last: Told): boolean {
  if (status.incarnation !== last.incarnation) return status.incarnation > last.incarnation;
  return status.sequence > last.sequence;
}
