import { memoryBytesOf } from "../../guest/memory-bytes.ts";
import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { MachineNode } from "../machine-node.ts";
import type { ProtectedMachine } from "../protected-machine.ts";
import { decodeOrder, type HostOrder } from "./order-message.ts";
import type { PlacementRecord } from "./records.ts";
import { encodeStatus, type PartStatus } from "./status-message.ts";

/** The port on which hosts await orders. */
export const AGENT_PORT = "agent";

/** The port on which a coordinator awaits what hosts tell. */
export const COORDINATOR_PORT = "coordinator";

/** What an agent works with. */
export interface HostAgentOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly host: Host;
  /** Name of the coordinator's host. */
  readonly coordinator: string;
  /**
   * What every host is configured with: how each machine is booted and protected, by name, in an order that
   * does not change. The agent looks at the parts of its own host only.
   */
  readonly machines: ReadonlyMap<string, ProtectedMachine>;
  /** From one report to the next. */
  readonly reportNs: Nanoseconds;
}

/**
 * The coordinator's hand on a host: it tells which parts of machines the host has, again and again, and carries
 * out orders that fit what it has. It decides nothing: who serves is between the hosts of a machine and
 * their witness.
 */
export class HostAgent {
  readonly #options: HostAgentOptions;
  /** Machines that are being booted. */
  #booting = new Set<string>();
  /** Machines that have a part here, or had one lately, with their places in the order of all. */
  readonly #residents = new Map<string, number>();
  #sequence = 0;

  /** It runs whenever the host does. */
  constructor(options: HostAgentOptions) {
    const { engine, host } = options;
    this.#options = options;
    host.onStart(() => {
      this.#booting = new Set();
      this.#sequence = 0;
      engine.spawn(`agent on ${host.name}: reports`, host.owner, () => this.#report());
      engine.spawn(`agent on ${host.name}: orders`, host.owner, () => this.#obey());
    });
  }

  /**
   * The host got a part of a machine.
   *
   * @param place The machine's place in the order in which parts are told.
   */
  resides(machine: string, place: number): void {
    this.#residents.set(machine, place);
  }

  /** Memory that the parts on the host take, whatever their role. */
  get usedBytes(): number {
    let bytes = 0;
    for (const name of this.#residents.keys()) {
      const machine = this.#options.machines.get(name);
      const node = machine?.partOn(this.#options.host);
      if (node !== undefined) bytes += memoryBytesOf(node.vm.guest);
    }
    return bytes;
  }

  *#report(): Process<never> {
    const { host, reportNs } = this.#options;
    for (;;) {
      this.#tell();
      yield* host.clock.sleep(reportNs);
    }
  }

  *#obey(): Process<never> {
    const { engine, host, coordinator } = this.#options;
    const orders = host.open(AGENT_PORT);
    for (;;) {
      const { from, bytes } = yield* orders.receive();
      const order = decodeOrder(bytes);
      if (order === undefined || from !== coordinator) continue;
      const machine = this.#options.machines.get(order.machine);
      if (machine === undefined) continue;
      if (order.order !== "stand-by") {
        this.#carryOut(order, machine);
        continue;
      }
      if (this.#booting.has(order.machine) || machine.partOn(host) !== undefined) continue;
      this.#booting.add(order.machine);
      const name = `agent on ${host.name}: boots ${order.machine}`;
      engine.spawn(name, host.owner, () => this.#standBy(order, machine));
    }
  }

  /** Boots the machine, which takes its time, and has it follow its primary. */
  *#standBy({ machine: name, term, peer }: HostOrder, machine: ProtectedMachine): Process {
    const { engine, host } = this.#options;
    yield* host.compute(host.profile.bootNs);
    this.#booting.delete(name);
    const { node } = machine.standBy(host, { primary: peer, term });
    yield* engine.announce<PlacementRecord>({
      kind: "stand-by.booted",
      ...{
        machine: name,
        host: host.name,
        term,
        primary: peer,
        memoryBytes: memoryBytesOf(node.vm.guest),
      },
    });
    this.#tell();
  }

  #carryOut({ order, term, peer }: HostOrder, machine: ProtectedMachine): void {
    const node = machine.partOn(this.#options.host);
    // Meant for a part that is gone, or that has become another since.
    if (node?.term !== term) return;
    const { role, alone, gate } = node;
    if (order === "remove") {
      if (role === "fenced" || role === "abandoned") machine.remove(this.#options.host);
    } else if (role !== "primary") return;
    else if (order === "protect") {
      if (alone) machine.protectWith(node, peer);
    } else if (!alone && gate.holding && node.peer === peer && node.orders.length === 0) {
      node.orders.send(order === "dismiss" ? "dismiss" : "hand-over");
    }
    this.#tell();
  }

  #tell(): void {
    const { network, host, coordinator } = this.#options;
    const parts = this.#parts();
    this.#sequence += 1;
    const { incarnation } = host;
    const status = encodeStatus({ incarnation, sequence: this.#sequence, parts });
    network.send(host, coordinator, COORDINATOR_PORT, status);
  }

  #parts(): PartStatus[] {
    const parts: { readonly place: number; readonly status: PartStatus }[] = [];
    for (const [name, place] of this.#residents) {
      const machine = this.#options.machines.get(name);
      const node = machine?.partOn(this.#options.host);
      if (node !== undefined) parts.push({ place, status: statusOf(name, node) });
      // The hosts of a pool come and go by themselves.
      else if (machine?.pool === undefined) this.#residents.delete(name);
    }
    return parts.sort((a, b) => a.place - b.place).map(({ status }) => status);
  }
}

function statusOf(machine: string, node: MachineNode): PartStatus {
  const { role, term, alone, gate, peer = "" } = node;
  const isMirrored = role === "primary" && !alone && gate.holding;
  const isAlone = role === "primary" && alone;
  return {
    machine,
    role,
    term,
    isAlone,
    isMirrored,
    peer,
    memoryBytes: memoryBytesOf(node.vm.guest),
  };
}
