import { KeptEncoders } from "../checkpoint/encode/kept-encoders.ts";
import type { GateProgress } from "../checkpoint/gate-progress.ts";
import { OutputGate } from "../checkpoint/output-gate.ts";
import { atCommit } from "../checkpoint/release/at-commit.ts";
import { Deferral } from "../checkpoint/release/deferral.ts";
import type { Release } from "../checkpoint/release/release.ts";
import { StandByImage } from "../checkpoint/stand-by-image.ts";
import type { GuestImage } from "../guest/guest.ts";
import type { ClientNetwork } from "../host/client-network.ts";
import type { Host } from "../host/host.ts";
import { VirtualMachine } from "../host/virtual-machine.ts";
import { MemoryDigest } from "../memory/memory-digest.ts";
import { assert } from "../sim/assert.ts";
import { Channel } from "../sim/channel.ts";
import { Condition } from "../sim/condition.ts";
import type { Engine } from "../sim/engine.ts";
import { Signal } from "../sim/signal.ts";
import type { SecondaryReplication } from "./scheme.ts";
import { BareHost } from "./start/bare-host.ts";

/** What its operator wants of a node that serves: that it gives up its secondary, or its office. */
export type NodeOrder = "dismiss" | "hand-over";

/** Most orders that wait; more are refused. */
export const ORDERS_MAX = 4;

/** What a host does for a machine. */
export type Role = "primary" | "secondary" | "fenced" | "abandoned";

/** What a node is made of. */
export interface MachineNodeOptions {
  readonly engine: Engine;
  readonly clients: ClientNetwork;
  readonly machine: string;
  readonly host: Host;
  readonly image: GuestImage;
  readonly role: "primary" | "secondary";
  /** Term of the primary that serves. Default 1. */
  readonly term?: number;
  /** When its output leaves. Default {@link atCommit}. */
  readonly release?: Release | undefined;
  /** Whether it runs on the bare host, where firmware has kept a range for what may come. Default false. */
  readonly isBare?: boolean;
}

/** A machine's presence on one host: guest, output gate and role. All of it dies with the host. */
export class MachineNode {
  readonly host: Host;
  readonly vm: VirtualMachine;
  /** Packets for the machine, from clients that find it here. */
  readonly inbox: Channel<Uint8Array>;
  gate: OutputGate;
  /** How far the gate has come. */
  progress: GateProgress;
  readonly digest: MemoryDigest;
  /** Set while the gate holds output that asks for a checkpoint. */
  readonly held: Signal;
  /** Set by whoever asks for a checkpoint. */
  readonly requested: Signal;
  /** What is wanted of it while it protects the machine. */
  readonly orders: Channel<NodeOrder>;
  /** What encodes its pages for a secondary, the one after another. */
  readonly encoders: KeptEncoders = new KeptEncoders();
  /** What the node would continue from if it had to stand in. */
  readonly image: StandByImage;
  /** What lies below a machine that was booted on the bare host. */
  readonly bare: BareHost | undefined;
  readonly #incarnation: number;
  #isRemoved = false;
  readonly #options: MachineNodeOptions;
  #role: Role;
  #alone = false;
  /** Notified when its role changes, or when it begins or ends to serve alone. */
  readonly changed: Condition;
  /** The term in which the node serves or follows. */
  term: number;
  /** Whom it protects the machine with, or stands by; the last one if that is over. */
  peer: string | undefined;
  /** What keeps the node ready to stand in, while it is a secondary and after. */
  replication: SecondaryReplication | undefined;

  constructor(options: MachineNodeOptions) {
    const { engine, clients, machine, host, image, role, term = 1 } = options;
    const { release = atCommit() } = options;
    this.#options = options;
    this.host = host;
    this.#role = role;
    this.term = term;
    this.#incarnation = host.incarnation;
    this.held = new Signal(engine, `${machine} on ${host.name}: output held`);
    this.requested = new Signal(engine, `${machine} on ${host.name}: checkpoint requested`);
    const name = `${machine} on ${host.name}: orders`;
    this.changed = new Condition(engine, `${machine} on ${host.name}: role`);
    this.orders = new Channel(engine, name, { capacity: ORDERS_MAX });
    [this.gate, this.progress] = this.#makeGate(release);
    this.inbox = clients.listen(machine, host);
    this.vm = new VirtualMachine({
      engine,
      name: machine,
      host,
      image,
      inbox: this.inbox,
      transmit: (packet) => this.gate.push(packet),
    });
    this.image = new StandByImage(host, this.vm.guest);
    this.digest = new MemoryDigest(this.vm.guest.memory);
    this.bare = options.isBare === true ? new BareHost(this.vm.guest) : undefined;
  }

  /** Gives the machine, whose output is not held, the gate of a scheme: its protection begins. */
  releaseBy(release: Release = atCommit()): void {
    assert(!this.gate.holding, "a gate that holds something is kept");
    [this.gate, this.progress] = this.#makeGate(release);
  }

  #makeGate(release: Release): [OutputGate, GateProgress] {
    const { engine, clients, machine } = this.#options;
    const { host, held } = this;
    const label = `${machine} on ${host.name}: output`;
    const progress = {
      holding: new Signal(engine, `${label} begins to be held`),
      safe: new Signal(engine, `${label} safe`),
    };
    const gate = new OutputGate({
      held,
      release,
      progress,
      deferral: new Deferral({ engine, host, machine, held, mostDelayNs: release.mostDelayNs }),
      trace: engine.trace,
      machine,
      host: host.name,
      term: this.term,
      send: (packet) => clients.reply(host, packet, machine),
    });
    return [gate, progress];
  }

  /** What the host does for the machine. */
  get role(): Role {
    return this.#role;
  }

  set role(role: Role) {
    this.#role = role;
    this.changed.notify();
  }

  /** True while the node serves without a secondary and nobody is about to change that. */
  get alone(): boolean {
    return this.#alone;
  }

  set alone(alone: boolean) {
    this.#alone = alone;
    this.changed.notify();
  }

  /** False once the host has crashed, even if it was started again, or the node was removed: nothing is left. */
  get alive(): boolean {
    if (this.#isRemoved || this.host.power === "off") return false;
    return this.host.incarnation === this.#incarnation;
  }

  /** Takes what is left of the machine off its host: one that neither serves nor stands by. */
  remove(clients: ClientNetwork): void {
    assert(this.role === "fenced" || this.role === "abandoned", "only what is over is removed");
    this.vm.stop();
    if (this.alive) clients.unlisten(this.vm.name, this.host);
    this.#isRemoved = true;
  }

  /** True when the node serves clients, as far as it knows. */
  get serving(): boolean {
    return this.alive && this.role === "primary";
  }
}
