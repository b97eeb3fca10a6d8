import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import { assert } from "../../sim/assert.ts";
import type { Engine } from "../../sim/engine.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import { ClusterView, type ManagedHost, type PlacedPart } from "./cluster-view.ts";
import { AGENT_PORT, COORDINATOR_PORT } from "./host-agent.ts";
import { encodeOrder } from "./order-message.ts";
import { type PlacementDefects, type PlacementHost, placed, roomOf } from "./placement.ts";
import { type AddressedOrder, reconcile, type Wishes } from "./reconcile.ts";
import type { PlacementRecord } from "./records.ts";
import { decodeStatus } from "./status-message.ts";

/** What a coordinator works with. */
export interface CoordinatorOptions {
  readonly engine: Engine;
  readonly network: Network;
  /** Where it runs. */
  readonly host: Host;
  readonly hosts: readonly ManagedHost[];
  /** Most machines whose first copy is made at a time. */
  readonly syncsMost: number;
  /** From one look at the cluster to the next. */
  readonly lookNs: Nanoseconds;
  /** A host that was not heard of for so long is taken to be gone. */
  readonly silenceNs: Nanoseconds;
  /** How long a host that was told to stand by has time to say that it does. */
  readonly bootNs: Nanoseconds;
  readonly broken: PlacementDefects;
}

/**
 * Looks after the machines of many hosts: a machine that has lost its secondary gets another one, on a host
 * that the placement rules allow; hosts are emptied for maintenance.
 *
 * It runs on a host of its own, knows what the hosts tell it, and gives orders by message. Nothing depends on
 * it but how soon a machine has two copies again: it may be wrong, late or dead, and no client is lied to.
 * What it knows dies with its host and comes back with the hosts' reports; what its operator wants (which
 * machines, which hosts are to be empty) stands for a configuration on disk and survives.
 */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #machines = new Set<string>();
  readonly #maintained = new Set<string>();
  readonly #evacuated = new Set<string>();
  readonly #unplaced = new Set<string>();
  #view: ClusterView;
  /** False until it has listened for long enough to know its hosts. */
  #isAwake = false;

  /** It decides whenever its host runs. */
  constructor(options: CoordinatorOptions) {
    const { engine, host, hosts, silenceNs } = options;
    this.#options = options;
    this.#view = new ClusterView(hosts, silenceNs);
    for (const { name, domain, memoryBytes } of hosts) {
      this.#record({ kind: "coordinator.host", host: name, domain, memoryBytes });
    }
    host.onStart(() => {
      this.#view = new ClusterView(hosts, silenceNs);
      this.#isAwake = false;
      engine.spawn(`coordinator on ${host.name}: reports`, host.owner, () => this.#listen());
      engine.spawn(`coordinator on ${host.name}: decisions`, host.owner, () => this.#decide());
    });
  }

  /** Hosts, in the order in which placement looks at them. */
  get hosts(): readonly ManagedHost[] {
    return this.#options.hosts;
  }

  /** Machines that it looks after. */
  get machines(): readonly string[] {
    return [...this.#machines];
  }

  /** What it was told last about the hosts' rooms; what it has ordered takes its room already. */
  get placement(): readonly PlacementHost[] {
    return this.#view.placementHosts(this.#maintained);
  }

  /** Parts of machines, as it was told last. */
  get parts(): ReadonlyMap<string, readonly PlacedPart[]> {
    return this.#view.parts();
  }

  /** Whether a host is to be left empty. */
  isMaintained(host: string): boolean {
    return this.#maintained.has(host);
  }

  /** Whether it was told that nothing is left on a host that is to be empty. */
  isEvacuated(host: string): boolean {
    return this.#evacuated.has(host);
  }

  /** From now on a machine is to have two copies. */
  add(machine: string): void {
    assert(!this.#machines.has(machine), "a machine is added once");
    this.#machines.add(machine);
  }

  /**
   * A host is to be left empty: its secondaries are dismissed and made anew elsewhere, its primaries handed
   * over. Nothing happens if it is to be already.
   *
   * @throws StandinRangeError `NO_SUCH_HOST`; `EVACUATION` when the hosts that stay open have no room for what
   *   lies on it, or there would be fewer than two. Nothing is changed then.
   */
  evacuate(host: string): void {
    this.#expectManaged(host);
    if (this.#maintained.has(host)) return;
    this.#expectRoom(host);
    this.#maintained.add(host);
    this.#record({ kind: "maintenance.started", host });
  }

  /**
   * A host may be used again. Nothing happens if it may be.
   *
   * @throws StandinRangeError `NO_SUCH_HOST`.
   */
  endMaintenance(host: string): void {
    this.#expectManaged(host);
    this.#evacuated.delete(host);
    if (this.#maintained.delete(host)) this.#record({ kind: "maintenance.ended", host });
  }

  *#listen(): Process<never> {
    const { host } = this.#options;
    const reports = host.open(COORDINATOR_PORT);
    for (;;) {
      const { from, bytes } = yield* reports.receive();
      const status = decodeStatus(bytes);
      if (status === undefined || !this.#view.has(from)) continue;
      this.#view.heard(from, status, host.clock.monotonic());
      // A host that stands by is waited for: its patience may be shorter than a look.
      const standing = status.parts.filter(({ role }) => role === "secondary");
      if (this.#isAwake && standing.length > 0)
        this.#protect(standing.map(({ machine }) => machine));
    }
  }

  *#decide(): Process<never> {
    const { host, lookNs, silenceNs } = this.#options;
    // Who lives has told so by then: a coordinator that was just started knows of nobody.
    yield* host.clock.sleep(silenceNs);
    this.#record({ kind: "coordinator.started", host: host.name });
    this.#isAwake = true;
    for (;;) {
      this.#look();
      yield* host.clock.sleep(lookNs);
    }
  }

  #look(): void {
    const nowNs = this.#options.host.clock.monotonic();
    this.#view.look(nowNs);
    const { orders, unplaced } = reconcile(this.#view, this.#wishes, nowNs);
    for (const order of orders) this.#give(order);
    this.#noteUnplaced(unplaced);
    this.#noteEvacuated();
  }

  /** Has machines protected whose secondaries stand by; places none. */
  #protect(machines: readonly string[]): void {
    const nowNs = this.#options.host.clock.monotonic();
    const wishes = { ...this.#wishes, machines, syncsMost: 0 };
    const { orders } = reconcile(this.#view, wishes, nowNs);
    for (const order of orders) if (order.order === "protect") this.#give(order);
  }

  get #wishes(): Wishes {
    const { syncsMost, bootNs, broken } = this.#options;
    const maintained = this.#maintained;
    return { machines: this.#machines, maintained, syncsMost, bootNs, broken };
  }

  #give(order: AddressedOrder): void {
    const { network, host } = this.#options;
    this.#record({ kind: "coordinator.order", ...order });
    network.send(host, order.host, AGENT_PORT, encodeOrder(order));
  }

  #noteUnplaced(unplaced: readonly string[]): void {
    const without = new Set(unplaced);
    for (const machine of this.#unplaced) {
      if (!without.has(machine)) this.#unplaced.delete(machine);
    }
    for (const machine of unplaced) {
      if (this.#unplaced.has(machine)) continue;
      this.#unplaced.add(machine);
      this.#record({ kind: "placement.none", machine, host: this.#options.host.name });
    }
  }

  #noteEvacuated(): void {
    if (this.#maintained.size === this.#evacuated.size) return;
    const used = this.placement;
    for (const { name, usedBytes } of used) {
      if (!this.#maintained.has(name) || this.#evacuated.has(name) || usedBytes > 0) continue;
      this.#evacuated.add(name);
      this.#record({ kind: "host.evacuated", host: name });
    }
  }

  #expectManaged(host: string): void {
    if (this.hosts.some(({ name }) => name === host)) return;
    const names = this.hosts.map(({ name }) => name).join(", ");
    throw new StandinRangeError("NO_SUCH_HOST", `host: expected one of ${names}, got "${host}"`);
  }

  /** Tries all that lies on the host on the others, in order; with what is asked for nothing is promised. */
  #expectRoom(host: string): void {
    const hosts = this.placement.filter(({ name, isOpen }) => isOpen && name !== host);
    const refuse = (why: string): never => {
      throw new StandinRangeError("EVACUATION", `evacuate: expected ${why}, got ${host}`);
    };
    if (hosts.length < 2) {
      refuse("a host besides which two others stay open (two copies are never on one host)");
    }
    for (const [machine, parts] of this.parts) {
      const own = parts.find((part) => part.host === host);
      if (own === undefined) continue;
      const others = parts.filter((part) => part.host !== host);
      const target = placed(hosts, {
        bytes: own.memoryBytes,
        present: new Set(others.map((part) => part.host)),
        domains: new Set(others.map((part) => this.#domainOf(part.host))),
      });
      if (target === undefined) {
        const room = hosts.map((each) => `${each.name} ${roomOf(each)} B`).join(", ");
        refuse(`a host whose machines have room elsewhere; there is none for ${machine} (${room})`);
        continue;
      }
      hosts[hosts.indexOf(target)] = {
        ...target,
        usedBytes: target.usedBytes + own.memoryBytes,
      };
    }
  }

  #domainOf(host: string): string {
    return this.hosts.find(({ name }) => name === host)?.domain ?? host;
  }

  #record(record: PlacementRecord): void {
    this.#options.engine.trace.emit<PlacementRecord>(record);
  }
}
