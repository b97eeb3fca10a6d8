import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import type { Engine } from "../../sim/engine.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { Host } from "../host.ts";
import type { Network } from "../network.ts";
import { AccessEntry } from "./access-entry.ts";
import { type MachineVersion, Partition, type PoolDefects } from "./partition.ts";
import {
  decodeRequest,
  encodeReply,
  type Numbered,
  type PoolReply,
  type PoolRequest,
} from "./pool-message.ts";
import type { PoolRecord } from "./records.ts";

/** The port on which a pool's controller listens. */
export const POOL_PORT = "pool";

/** What a pool is made of. */
export interface MemoryPoolOptions {
  readonly engine: Engine;
  readonly network: Network;
  /** Its node in the network: its power, its clock, the ends of its links. */
  readonly host: Host;
  readonly capacityBytes: number;
}

/** A machine that is to have its memory in a pool. */
export interface PartitionRequest {
  readonly machine: string;
  /** Who writes it at first, and who reads it. */
  readonly holder: string;
  readonly reader: string;
  /** All hosts that the machine may run on, these two first. */
  readonly hosts: readonly string[];
  readonly leaseNs: Nanoseconds;
  /** Pages that the machine may come to have. */
  readonly pagesMax: number;
  /** What it is at first. The partition keeps it. */
  readonly first: MachineVersion;
  /** Digest of that, for checks. */
  readonly digest: string;
  readonly broken?: PoolDefects;
}

/**
 * A disaggregated memory appliance: memory on a node of its own, which hosts load from and store to over
 * links that can be cut, and a controller that says who may write what. It survives its hosts. It is the
 * one thing that they share; without power what is in it is gone.
 *
 * Source: US9996440 (fault tolerance by a shared partition of pooled memory), US10275272.
 */
export class MemoryPool {
  readonly host: Host;
  readonly capacityBytes: number;
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #partitions = new Map<string, Partition>();

  /** Its controller listens at once, and again whenever it gets power. */
  constructor({ engine, network, host, capacityBytes }: MemoryPoolOptions) {
    MemoryPool.expectCapacity(capacityBytes);
    this.#engine = engine;
    this.#network = network;
    this.host = host;
    this.capacityBytes = capacityBytes;
    host.onStart(() => {
      engine.spawn(`controller of ${host.name}`, host.owner, () => this.#serve());
    });
    host.onPowerLoss(() => this.#lose());
  }

  /** Its name: that of its node. */
  get name(): string {
    return this.host.name;
  }

  /** Bytes that partitions have reserved. */
  get reservedBytes(): number {
    let bytes = 0;
    for (const partition of this.#partitions.values()) bytes += partition.bytes;
    return bytes;
  }

  /** A machine's partition; `undefined` if it has none, or none any more. */
  partition(machine: string): Partition | undefined {
    return this.#partitions.get(machine);
  }

  /**
   * Looks at the size of a pool.
   *
   * @throws StandinRangeError `POOL_CAPACITY` unless it is whole, and a page or more.
   */
  static expectCapacity(capacityBytes: number): void {
    if (Number.isSafeInteger(capacityBytes) && capacityBytes >= PAGE_SIZE) return;
    throw new StandinRangeError(
      "POOL_CAPACITY",
      `capacityBytes: expected a whole number of at least one page of ${PAGE_SIZE}, got ${capacityBytes}`,
    );
  }

  /**
   * What a partition of so many pages takes: both versions of each, the committed one and the one that is
   * written. So an epoch in which every page is written fits, too.
   */
  static bytesFor(pagesMax: number): number {
    return 2 * pagesMax * PAGE_SIZE;
  }

  /**
   * Looks whether a partition fits.
   *
   * @throws StandinRangeError `POOL_CAPACITY` if it does not, `POOL_OFF` for a pool without power.
   */
  expectRoom(machine: string, pagesMax: number): void {
    const bytes = MemoryPool.bytesFor(pagesMax);
    const freeBytes = this.capacityBytes - this.reservedBytes;
    if (this.host.power === "off") {
      throw new StandinRangeError(
        "POOL_OFF",
        `pool: expected one that has power, got ${this.name}, which is off`,
      );
    }
    if (bytes <= freeBytes) return;
    throw new StandinRangeError(
      "POOL_CAPACITY",
      `pool: expected ${bytes} free bytes in ${this.name} for two versions of ${machine}, got ${freeBytes} of ${this.capacityBytes}`,
    );
  }

  /**
   * Makes a machine's partition: configuration, made before anything can fail.
   *
   * @throws As {@link MemoryPool.expectRoom}; StandinRangeError `MACHINE_EXISTS` if it has one already.
   */
  makePartition(request: PartitionRequest): Partition {
    const { machine, holder, reader, hosts, leaseNs, pagesMax, first, digest, broken } = request;
    this.expectRoom(machine, pagesMax);
    if (this.#partitions.has(machine)) {
      throw new StandinRangeError(
        "MACHINE_EXISTS",
        `machine: expected a name that is not taken, got "${machine}"`,
      );
    }
    assert(hosts[0] === holder && hosts[1] === reader, "who writes comes first, who reads next");
    const access = new AccessEntry({
      ...{ holder, reader, leaseNs, nowNs: this.#nowNs },
      ...(broken?.accessGivenTwice ? { givenTwice: true } : {}),
    });
    const bytes = MemoryPool.bytesFor(pagesMax);
    const made = new Partition({
      ...{ machine, access, first, bytes },
      ...(broken === undefined ? {} : { broken }),
    });
    this.#partitions.set(machine, made);
    const pool = this.name;
    const { term, epoch, pages } = first;
    const of = { machine, host: holder, pool, term, epoch };
    this.#record({ kind: "partition.made", ...of, pages: pages.size, bytes, digest });
    for (const host of hosts) this.#record({ kind: "partition.host", machine, host, pool });
    return made;
  }

  /** Whether loads and stores of a host reach the memory now: power, and both ways of its link. */
  reaches(host: Host): boolean {
    if (!this.host.runs || !this.#network.linked(host, this.host)) return false;
    return this.#network.link(host, this.host).wires.every(({ isCut }) => !isCut);
  }

  *#serve(): Process<never> {
    const requests = this.host.open(POOL_PORT);
    for (;;) {
      const { from, bytes } = yield* requests.receive();
      const request = decodeRequest(bytes);
      if (request === undefined) continue;
      const { session, number, machine } = request;
      const verdict = yield* this.#answer(from, request);
      const reply = encodeReply({ session, number, ...this.#replyOf(machine, verdict) });
      this.#network.send(this.host, from, replyPort(machine), reply);
    }
  }

  *#answer(from: string, request: PoolRequest & Numbered): Process<PoolReply["verdict"]> {
    const { operation, machine, term, epoch, session, reader } = request;
    const partition = this.#partitions.get(machine);
    if (partition === undefined) return "unknown";
    const { access } = partition;
    const nowNs = this.#nowNs;
    switch (operation) {
      case "take":
        return yield* this.#take(partition, from, session, term);
      case "look":
        return access.mayWrite(from, term) ? "done" : "refused";
      case "renew":
        if (!partition.mayWrite(from, term)) return this.#refuse(partition, from, term);
        access.renew(from, term, nowNs);
        return "done";
      case "appoint":
        if (access.appoint(from, term, reader, nowNs)) return "done";
        return this.#refuse(partition, from, term);
      case "commit":
        return yield* this.#commit(partition, from, term, epoch);
    }
  }

  *#take(
    partition: Partition,
    from: string,
    session: number,
    term: number,
  ): Process<PoolReply["verdict"]> {
    const { machine, access } = partition;
    const before = `${access.holder} ${access.term}`;
    const verdict = access.take(from, session, term, this.#nowNs);
    if (verdict === "stale") return "refused";
    if (verdict === "held") return "held";
    if (before === `${from} ${term}`) return "done";
    // What the one before has written since its last commit is nobody's.
    if (!partition.broken.uncommittedVersion) partition.discard();
    yield* this.#engine.announce<PoolRecord>({
      kind: "access.given",
      ...{ machine, host: from, term, pool: this.name },
      ...{ from: access.from, silentNs: access.fromSilentNs },
    });
    return "done";
  }

  *#commit(
    partition: Partition,
    from: string,
    term: number,
    epoch: number,
  ): Process<PoolReply["verdict"]> {
    const { machine, access } = partition;
    if (!partition.mayWrite(from, term)) return this.#refuse(partition, from, term);
    access.renew(from, term, this.#nowNs);
    const pages = partition.freshCount;
    const verdict = partition.flip(from, term, epoch);
    // Whoever may commit has written all of the epoch before, over the same link.
    if (verdict === "incomplete") return this.#refuse(partition, from, term);
    if (verdict === "repeated") return "done";
    yield* this.#engine.announce<PoolRecord>({
      kind: "checkpoint.committed",
      ...{ machine, host: this.name, term, epoch, pages },
    });
    return "done";
  }

  #refuse({ machine, access }: Partition, host: string, term: number): "refused" {
    const [pool, held] = [this.name, access.term];
    this.#record({ kind: "access.refused", machine, host, term, pool, held });
    return "refused";
  }

  #replyOf(machine: string, verdict: PoolReply["verdict"]): PoolReply {
    const access = this.#partitions.get(machine)?.access;
    if (access === undefined) {
      const nobody = { holder: "", term: 0, reader: "", silentNs: 0, from: "", present: [] };
      return { machine, verdict: "unknown", ...nobody };
    }
    const { holder, term, reader = "", from, fromSilentNs: silentNs } = access;
    const present = access.present(this.#nowNs);
    return { machine, verdict, holder, term, reader, silentNs, from, present };
  }

  #lose(): void {
    for (const machine of this.#partitions.keys()) {
      this.#record({ kind: "partition.lost", machine, host: this.name });
    }
    this.#partitions.clear();
  }

  /** Leases run on the clock that nobody sets. */
  get #nowNs(): Nanoseconds {
    return this.host.clock.monotonic();
  }

  #record(record: PoolRecord): void {
    this.#engine.trace.emit<PoolRecord>(record);
  }
}

/** The port on which a host awaits a pool's answers about a machine. */
export function replyPort(machine: string): string {
  return `pool ${machine}`;
}
