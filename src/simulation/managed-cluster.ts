import { Coordinator } from "../cluster/placement/coordinator.ts";
import { HostAgent } from "../cluster/placement/host-agent.ts";
import { type PlacementHost, placed } from "../cluster/placement/placement.ts";
import type { PlacementRecord } from "../cluster/placement/records.ts";
import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import { SILENCE } from "../guest/copy-guest.ts";
import type { GuestImage } from "../guest/guest.ts";
import { memoryBytesOf } from "../guest/memory-bytes.ts";
import type { Host } from "../host/host.ts";
import type { Network } from "../host/network.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { type Process, sleep } from "../sim/process.ts";
import { ms, type Nanoseconds, seconds } from "../sim/time.ts";
import type { Trace } from "../sim/trace.ts";
import type { ManageSettings } from "./manage-options.ts";
import type { ProtectOptions } from "./protect-options.ts";

/** What a managed cluster needs of the simulation that it is in. */
export interface ClusterSurroundings {
  readonly engine: Engine;
  readonly network: Network;
  readonly trace: Trace;
  /** See `Simulation.protect`. */
  protect(image: GuestImage, options: ProtectOptions): ProtectedMachine;
}

/** How a machine is protected in a managed cluster. */
export type PlacedOptions = Omit<ProtectOptions, "primary" | "secondary"> &
  Partial<Pick<ProtectOptions, "primary" | "secondary">>;

/** How hosts are restarted one after the other. */
export interface RollingRestartOptions {
  /** How long each is off. Default 1 s. */
  readonly offFor?: Nanoseconds;
  /** In which order. Default: as they were given. */
  readonly hosts?: readonly Host[];
}

/** Boot time of the largest host that is told to stand by, with room for its messages. */
const BOOT_PATIENCE_NS: Nanoseconds = ms(500);

/** Hosts of which a message tells the room. */
const ROOMS_SHOWN = 8;

/** How often an operator looks whether what was asked for has come about. */
const OPERATOR_LOOK_NS: Nanoseconds = ms(50);

/**
 * Hosts and machines that a coordinator looks after: places new machines, gives those that lost a copy another
 * one, empties hosts for maintenance.
 */
export class ManagedCluster {
  readonly coordinator: Coordinator;
  readonly #simulation: ClusterSurroundings;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #machines = new Map<string, ProtectedMachine>();
  readonly #agents = new Map<string, HostAgent>();
  #rolling = false;
  /** Rooms after the last machine was placed, and the position of the trace then: good until something happens. */
  #known: { readonly position: number; readonly rooms: PlacementHost[] } | undefined;

  /** Made by `simulation.manage`. */
  constructor(simulation: ClusterSurroundings, coordinatorHost: Host, settings: ManageSettings) {
    const { hosts, reportNs, ...others } = settings;
    const { engine, network } = simulation;
    this.#simulation = simulation;
    this.#hosts = new Map(hosts.map(({ name, host }) => [name, host]));
    const bootNs = BOOT_PATIENCE_NS;
    this.coordinator = new Coordinator({
      engine,
      network,
      host: coordinatorHost,
      hosts,
      bootNs,
      ...others,
    });
    const coordinator = coordinatorHost.name;
    for (const { host } of hosts) {
      const machines = this.#machines;
      const agent = new HostAgent({ engine, network, host, coordinator, machines, reportNs });
      this.#agents.set(host.name, agent);
    }
  }

  /** Machines of the cluster, in the order in which they came. */
  get machines(): readonly ProtectedMachine[] {
    return [...this.#machines.values()];
  }

  /**
   * Boots a machine on two hosts that the placement rules allow, or on those that are given, and has it
   * looked after: whenever it runs alone it gets another secondary.
   *
   * @throws StandinRangeError `NO_ROOM` when the rules leave no host for one of the copies, `NO_SUCH_HOST`;
   *   and what `simulation.protect` throws. Nothing is changed then.
   */
  protect(image: GuestImage, options: PlacedOptions = {}): ProtectedMachine {
    // Booted once more, to see what it needs before anything is changed.
    const bytes = memoryBytesOf(image.create(SILENCE));
    const rooms = this.#rooms();
    const [primary, secondary] = this.#place(rooms, {
      name: options.name ?? image.name,
      bytes,
      options,
    });
    const machine = this.#simulation.protect(image, { ...options, primary, secondary });
    this.#tellAgents(machine, this.#machines.size);
    this.#machines.set(machine.name, machine);
    for (const { name: host } of [primary, secondary]) {
      const placed = { machine: machine.name, host, memoryBytes: bytes };
      this.#simulation.trace.emit<PlacementRecord>({ kind: "machine.placed", ...placed });
    }
    this.coordinator.add(machine.name);
    for (const [index, room] of rooms.entries()) {
      if (room.name !== primary.name && room.name !== secondary.name) continue;
      rooms[index] = { ...room, usedBytes: room.usedBytes + bytes };
    }
    this.#known = { position: this.#simulation.trace.position, rooms };
    return machine;
  }

  /**
   * Empties a host for maintenance, while its machines go on: see {@link Coordinator.evacuate}.
   *
   * @throws StandinRangeError `NO_SUCH_HOST`, `EVACUATION`; nothing is changed then.
   */
  evacuate(host: Host): void {
    this.coordinator.evacuate(host.name);
  }

  /** The host may be used again. */
  endMaintenance(host: Host): void {
    this.coordinator.endMaintenance(host.name);
  }

  /**
   * Restarts hosts one after the other, as for an update: each is emptied, switched off, switched on, and
   * used again; the next one follows when every machine has two copies. What an operator does, with hands of
   * his own: it goes on whatever fails, and waits as long as it must.
   *
   * @throws StandinRangeError `ROLLING_RESTART` while there is one; what {@link evacuate} throws for the
   *   first host. Nothing is changed then.
   */
  rollingRestart(options: RollingRestartOptions = {}): void {
    const { offFor = seconds(1), hosts = [...this.#hosts.values()] } = options;
    if (this.#rolling) {
      throw new StandinRangeError(
        "ROLLING_RESTART",
        "rollingRestart: expected none to be under way, got another one",
      );
    }
    const [first] = hosts;
    if (first === undefined) return;
    this.evacuate(first);
    this.#rolling = true;
    const { engine } = this.#simulation;
    const operator = engine.createOwner("operator");
    engine.spawn("operator: rolling restart", operator, () => this.#restartAll(hosts, offFor));
  }

  /** Hosts are told which machines they have parts of, and come to have. */
  #tellAgents(machine: ProtectedMachine, place: number): void {
    const tell = (host: string): void => this.#agents.get(host)?.resides(machine.name, place);
    for (const { host } of machine.nodes) tell(host.name);
    for (const host of machine.pool?.hosts ?? []) tell(host);
    machine.onPart(({ name }) => tell(name));
  }

  *#restartAll(hosts: readonly Host[], offFor: Nanoseconds): Process {
    for (const host of hosts) {
      while (!this.#hasBegun(host)) yield* sleep(OPERATOR_LOOK_NS);
      while (!this.coordinator.isEvacuated(host.name)) yield* sleep(OPERATOR_LOOK_NS);
      host.crash();
      yield* sleep(offFor);
      host.restart();
      this.endMaintenance(host);
      while (!this.machines.every(({ isProtected }) => isProtected)) yield* sleep(OPERATOR_LOOK_NS);
    }
    this.#rolling = false;
  }

  /** Tries to begin with a host: there may be no room for its machines just now. */
  #hasBegun(host: Host): boolean {
    try {
      this.evacuate(host);
      return true;
    } catch (error) {
      if (error instanceof StandinRangeError && error.code === "EVACUATION") return false;
      throw error;
    }
  }

  #place(
    hosts: readonly PlacementHost[],
    { name, bytes, options }: { name: string; bytes: number; options: PlacedOptions },
  ): [Host, Host] {
    const taken: Host[] = [];
    for (const wanted of [options.primary, options.secondary]) {
      const target = placed(
        wanted === undefined ? hosts : hosts.filter((host) => host.name === wanted.name),
        {
          bytes,
          present: new Set(taken.map((host) => host.name)),
          domains: new Set(taken.map((host) => this.#domainOf(host))),
        },
      );
      if (target === undefined) {
        const copy =
          taken.length === 0
            ? "a copy"
            : `a second copy in another domain than the first on ${taken[0]!.name}`;
        throw new StandinRangeError(
          "NO_ROOM",
          `protect: expected room for ${bytes} B, ${copy}, of ${name}; got ${roomsOf(hosts)}`,
        );
      }
      taken.push(this.#hosts.get(target.name)!);
    }
    return [taken[0]!, taken[1]!];
  }

  /** Rooms as they are: at the beginning no host has told of any machine. */
  #rooms(): PlacementHost[] {
    if (this.#known?.position === this.#simulation.trace.position) return this.#known.rooms;
    return this.coordinator.hosts.map(({ name, domain, memoryBytes }) => {
      const host = this.#hosts.get(name)!;
      const { usedBytes } = this.#agents.get(name)!;
      const isOpen = host.power === "on" && !this.coordinator.isMaintained(name);
      return { name, domain, memoryBytes, usedBytes, isOpen };
    });
  }

  #domainOf(host: Host): string {
    return this.coordinator.hosts.find(({ name }) => name === host.name)!.domain;
  }
}

/** What room hosts have, for a message: of the first ones, if there are many. */
function roomsOf(
  hosts: readonly {
    readonly name: string;
    readonly domain: string;
    readonly memoryBytes: number;
    readonly usedBytes: number;
  }[],
): string {
  const shown = hosts.slice(0, ROOMS_SHOWN).map(({ name, domain, memoryBytes, usedBytes }) => {
    return `${name} ${memoryBytes - usedBytes} B in ${domain}`;
  });
  const more = hosts.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
