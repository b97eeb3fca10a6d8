import type { Fence } from "../cluster/fencing/fence.ts";
import { controllerOf, ManagementController } from "../cluster/fencing/management-controller.ts";
import { SharedArray } from "../cluster/fencing/shared-array.ts";
import { Witness } from "../cluster/witness.ts";
import type { HardwareProfile } from "../host/hardware-profile.ts";
import type { Host } from "../host/host.ts";
import type { LinkOptions } from "../host/link-options.ts";
import type { Network } from "../host/network.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";

/** Name of the host that carries the witness; it is made when the first machine is protected. */
export const WITNESS_HOST = "witness";

/** Name of the host that carries the coordinator of a cluster, see `Simulation.manage`. */
export const COORDINATOR_HOST = "coordinator";

/** Name of the host that is the shared array; it is made when the first machine needs it. */
export const ARRAY_HOST = "array";

/** How management controllers are. */
export interface ControllerOptions {
  /** From an order to the moment when the host is off. Default 10 ms. */
  readonly powerOff?: Nanoseconds;
  /** The ways from hosts to controllers: the management network. Defaults come from the profile. */
  readonly link?: LinkOptions;
}

/**
 * The hosts of a simulation, the cables between them, and the nodes that decide who serves: made when they are
 * first needed, and linked with the hosts that need them.
 */
export class MachineRoom {
  readonly #network: Network;
  readonly #profile: HardwareProfile;
  /** What each host's links are like unless the other host's say otherwise. */
  readonly #linkOptions = new Map<Host, LinkOptions>();
  /** Ways to the controllers of these hosts. */
  readonly #controlled = new Map<Host, LinkOptions>();
  #witness: Witness | undefined;
  #array: SharedArray | undefined;

  /** @param profile What all hosts cost. */
  constructor(network: Network, profile: HardwareProfile) {
    this.#network = network;
    this.#profile = profile;
  }

  /** All hosts that were made here, in their order. */
  get hosts(): Iterable<Host> {
    return this.#linkOptions.keys();
  }

  /** The witness, once somebody needs it. */
  get witness(): Witness | undefined {
    return this.#witness;
  }

  /** The shared array, once somebody needs it. */
  get array(): SharedArray | undefined {
    return this.#array;
  }

  /**
   * Makes a host, linked with nobody.
   *
   * @param link What its links are to be like.
   * @throws StandinRangeError `HOST_EXISTS` when the name is taken.
   */
  makeHost(name: string, link: LinkOptions): Host {
    const host = this.#network.addHost(name, { profile: this.#profile });
    this.#linkOptions.set(host, link);
    return host;
  }

  /** The witness, made now if there is none. */
  makeWitness(): Witness {
    this.#witness ??= new Witness(
      this.#network.engine,
      this.#network,
      this.makeHost(WITNESS_HOST, {}),
    );
    return this.#witness;
  }

  /** Who keeps the term under a fence, made now if need be; nobody under one that does without. */
  keeperOf({ decider }: Fence): Witness | SharedArray | undefined {
    if (decider === "nobody") return undefined;
    if (decider === "witness") return this.makeWitness();
    this.#array ??= new SharedArray(
      this.#network.engine,
      this.#network,
      this.makeHost(ARRAY_HOST, {}),
    );
    return this.#array;
  }

  /** Gives hosts management controllers; see `Simulation.controllers`. */
  addControllers(hosts: readonly Host[], { powerOff, link = {} }: ControllerOptions): void {
    const network = this.#network;
    for (const managed of hosts) {
      const node = this.makeHost(controllerOf(managed.name), link);
      const time = powerOff === undefined ? {} : { powerOff };
      new ManagementController({ engine: network.engine, network, managed, node, ...time });
      this.#controlled.set(managed, link);
    }
  }

  /** Links two hosts, unless they are, or are one. */
  connect(host: Host, other: Host): void {
    if (host === other || this.#network.linked(host, other)) return;
    this.#network.connect(host, other, this.#linkOptions.get(host));
  }

  /** Links the hosts of a pair with each other, and with what their fence needs. */
  connectFor(fence: Fence, one: Host, other: Host): void {
    this.connect(one, other);
    const keeper = this.keeperOf(fence);
    if (keeper !== undefined) for (const host of [one, other]) this.connect(host, keeper.host);
    if (!fence.needsControllers) return;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const controller = this.#network.host(controllerOf(to.name));
      if (this.#network.linked(from, controller)) continue;
      this.#network.connect(from, controller, this.#controlled.get(to));
    }
  }

  /** @throws StandinRangeError `NO_CONTROLLER` for a host without a controller that a fence needs. */
  checkControllers(fence: Fence, hosts: readonly Host[]): void {
    if (!fence.needsControllers) return;
    const without = hosts.find((host) => !this.#controlled.has(host));
    if (without === undefined) return;
    throw new StandinRangeError(
      "NO_CONTROLLER",
      `fence "${fence.name}": expected hosts with a management controller, got ${without.name}, which has none: sim.controllers([${without.name}])`,
    );
  }
}
