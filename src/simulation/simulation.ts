import type { ClientOptions } from "../client/client.ts";
import { Console, type ConsoleOptions } from "../client/console.ts";
import {
  type DetectionOptions,
  detectionSettings,
} from "../cluster/detection/detection-options.ts";
import { checkRequest } from "../cluster/duplication/check-request.ts";
import { Duplication } from "../cluster/duplication/duplication.ts";
import { type DuplicateOptions, expectPatience } from "../cluster/duplication/options.ts";
import type { Fence } from "../cluster/fencing/fence.ts";
import { fences } from "../cluster/fencing/fences.ts";
import { controllerOf, ManagementController } from "../cluster/fencing/management-controller.ts";
import { SharedArray } from "../cluster/fencing/shared-array.ts";
import type { MigrateOptions } from "../cluster/migration/migrate.ts";
import type { Migration } from "../cluster/migration/migration.ts";
import { ProtectedMachine } from "../cluster/protected-machine.ts";
import type { ClusterDefects } from "../cluster/protection.ts";
import type { Scheme } from "../cluster/scheme.ts";
import { Witness } from "../cluster/witness.ts";
import { CONSOLE_CLIENT } from "../guest/console-packet.ts";
import { cloneGuest } from "../guest/copy-guest.ts";
import type { Guest, GuestImage } from "../guest/guest.ts";
import { ClientNetwork } from "../host/client-network.ts";
import type { HardwareProfile } from "../host/hardware-profile.ts";
import type { Host } from "../host/host.ts";
import { type LinkOptions, linkSettings } from "../host/link-options.ts";
import { Network } from "../host/network.ts";
import { MemoryPool } from "../host/pool/memory-pool.ts";
import { modern } from "../host/profiles/modern.ts";
import { checkpoint } from "../schemes/checkpoint.ts";
import { assert } from "../sim/assert.ts";
import { Engine } from "../sim/engine.ts";
import { InvariantError, StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import { formatTime, type Nanoseconds } from "../sim/time.ts";
import type { Trace } from "../sim/trace.ts";
import { AuditedClient } from "../verify/audited-client.ts";
import type { Violation } from "../verify/invariant.ts";
import { InvariantMonitor } from "../verify/invariant-monitor.ts";
import type { FaultPlan } from "../verify/plan/fault.ts";
import { PlanInjector } from "../verify/plan/plan-injector.ts";
import type { NamedPoint } from "../verify/points/named-point.ts";
import { NamedPoints } from "../verify/points/named-points.ts";
import type { PointFilter } from "../verify/points/occurrence-counter.ts";
import { type ManageOptions, manageSettings } from "./manage-options.ts";
import { ManagedCluster } from "./managed-cluster.ts";
import type { ProtectOptions } from "./protect-options.ts";

/** Name of the host that carries the witness; it is made when the first machine is protected. */
export const WITNESS_HOST = "witness";

/** Name of the host that carries the coordinator of a cluster, see {@link Simulation.manage}. */
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

/** How a simulation is made. */
export interface SimulationOptions {
  /** Decides everything that is drawn. A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Costs and speeds of all hosts. Default `modern`. */
  readonly profile?: HardwareProfile;
  /**
   * What a broken invariant does: `"throw"` (default) makes {@link Simulation.run} throw an
   * `InvariantError`; `"record"` only notes it in {@link Simulation.violations}.
   */
  readonly onViolation?: "throw" | "record";
  /**
   * Makes hosts, machines and clients, and schedules what else is to happen. What is done here is
   * done again by {@link Simulation.replayTo}; what is done to the simulation from outside is not.
   */
  readonly build?: (simulation: Simulation) => void;
  /** Faults to inject, after `build`. Default none. */
  readonly plan?: FaultPlan;
  /** A fault that would destroy the last copy of a machine is left out. Default true. */
  readonly spareLastCopy?: boolean;
}

/** Where a replay stops: at a virtual time, or right after a record of the trace. */
export type ReplayMoment =
  | { readonly timeNs: Nanoseconds }
  /** The record's position, from 1, as sinks are told it. */
  | { readonly record: number };

/** What a memory pool is made of. */
export interface PoolOptions {
  /** All that it holds. A machine takes twice the memory that it may come to have: two versions of it. */
  readonly capacityBytes: number;
  /** Its links to hosts; what is absent comes from the profile's `poolLink`. */
  readonly link?: LinkOptions;
}

/** How a machine is booted on a bare host. */
export interface BootOptions {
  /** Where it runs: nothing else does, and nobody stands in for it. */
  readonly host: Host;
  /**
   * Memory that the host's firmware keeps from the machine's operating system, right behind its RAM, for a
   * monitor with translation tables: a multiple of 4,096. Default 1 MiB, enough for about 400 MiB of RAM.
   */
  readonly reservedBytes?: number;
  /** The machine's name and network address. Default the image's name, numbered if taken. */
  readonly name?: string;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: ClusterDefects;
}

/** How the protection of a machine that runs on its bare host is started. */
export interface StartProtectionOptions {
  /** Which host is to stand in for it. */
  readonly secondary: Host;
  /** How the secondary is kept ready. Default `schemes.checkpoint()`. */
  readonly scheme?: Scheme;
  /** When a silent host is suspected. Default heartbeats of 10 ms and a time-out of 100 ms. */
  readonly detection?: DetectionOptions;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: ClusterDefects;
}

/** What firmware keeps unless it is told otherwise. */
const RESERVED_BYTES_DEFAULT = 1_048_576;

/**
 * A simulated cluster: hosts, links, machines, clients and time. Everything in it is a function of
 * the seed and of the calls made; nothing outside is read.
 */
export class Simulation {
  readonly engine: Engine;
  readonly network: Network;
  readonly clientNetwork: ClientNetwork;
  readonly #profile: HardwareProfile;
  readonly #onViolation: "throw" | "record";
  readonly #monitor = new InvariantMonitor();
  /** What each host's links are like unless the other host's say otherwise. */
  readonly #linkOptions = new Map<Host, LinkOptions>();
  readonly #machines = new Map<string, ProtectedMachine>();
  readonly #clients: AuditedClient[] = [];
  readonly #consoles: Console[] = [];
  readonly #duplications: Duplication[] = [];
  readonly #options: SimulationOptions;
  readonly #points: NamedPoints;
  readonly #injector: PlanInjector | undefined;
  #witness: Witness | undefined;
  #array: SharedArray | undefined;
  /** Ways to the controllers of these hosts. */
  readonly #managed = new Map<Host, LinkOptions>();
  readonly #fences = new Map<ProtectedMachine, Fence>();

  /**
   * @throws StandinRangeError for a seed that is no safe integer, and whatever `build` throws, or a plan
   *   that does not fit what it made.
   */
  constructor(options: SimulationOptions) {
    const { seed, profile = modern, onViolation = "throw", plan, spareLastCopy = true } = options;
    this.engine = new Engine({ seed });
    this.#options = options;
    this.#profile = profile;
    this.#onViolation = onViolation;
    this.network = new Network(this.engine);
    this.clientNetwork = new ClientNetwork(this.engine, profile);
    this.engine.trace.addSink(this.#monitor);
    this.#points = new NamedPoints(this);
    options.build?.(this);
    this.#injector = plan && new PlanInjector(this, plan, { spareLastCopy });
  }

  /** Virtual time now. */
  get now(): Nanoseconds {
    return this.engine.now;
  }

  /** Everything that happened, as typed records. */
  get trace(): Trace {
    return this.engine.trace;
  }

  /** The run's identity: 16 hexadecimal digits over everything that happened so far. */
  get hash(): string {
    return this.engine.trace.hash();
  }

  /** All machines, in the order in which they were protected. */
  get machines(): readonly ProtectedMachine[] {
    return [...this.#machines.values()];
  }

  /** All clients, in the order in which they were made. */
  get clients(): readonly AuditedClient[] {
    return this.#clients;
  }

  /** All consoles, in the order in which they were connected. */
  get consoles(): readonly Console[] {
    return this.#consoles;
  }

  /** Names of the invariants that are checked in every run. */
  get invariants(): readonly string[] {
    return this.#monitor.checked;
  }

  /** Invariants that did not hold so far. */
  get violations(): readonly Violation[] {
    return this.#monitor.violations;
  }

  /**
   * Makes hosts, each linked with the others; hosts of two calls are linked when they are to protect
   * a machine together.
   *
   * @param link Latency, bandwidth and faults of these links; what is absent comes from the profile.
   * @throws StandinRangeError when a name is taken or a setting of the links is out of range.
   */
  hosts<const Name extends string>(
    names: readonly Name[],
    link: LinkOptions = {},
  ): { readonly [Key in Name]: Host } {
    const made = names.map((name) => [name, this.#makeHost(name, link)] as const);
    this.network.mesh(
      made.map(([, host]) => host),
      link,
    );
    return Object.fromEntries(made) as { readonly [Key in Name]: Host };
  }

  /**
   * Makes a memory pool, a node of its own that is linked with the hosts of the machines that it gets. It
   * is crashed, paused and cut off as hosts are: `sim.host("pool").crash()`.
   *
   * @throws StandinRangeError when the name is taken, `POOL_CAPACITY`, or a setting of the links is out of
   *   range.
   */
  pool(name: string, { capacityBytes, link = {} }: PoolOptions): MemoryPool {
    const { engine, network } = this;
    const { latencyNs: latency, bandwidthBitsPerSecond: bandwidth } = this.#profile.poolLink;
    const options = { latency, bandwidth, ...link };
    linkSettings(options, this.#profile.poolLink);
    MemoryPool.expectCapacity(capacityBytes);
    return new MemoryPool({
      engine,
      network,
      host: this.#makeHost(name, options),
      capacityBytes,
    });
  }

  /**
   * Gives hosts management controllers, which can cut their power: small computers of their own, `bmc a` for
   * host a, that hosts which protect a machine together reach on a management network of its own.
   *
   * @throws StandinRangeError `HOST_EXISTS` for a host that has one, `CONTROLLER_OPTION`.
   */
  controllers(hosts: readonly Host[], { powerOff, link = {} }: ControllerOptions = {}): void {
    const { engine, network } = this;
    for (const managed of hosts) {
      const node = this.#makeHost(controllerOf(managed.name), link);
      const time = powerOff === undefined ? {} : { powerOff };
      new ManagementController({ engine, network, managed, node, ...time });
      this.#managed.set(managed, link);
    }
  }

  /** The shared array, once a machine is fenced by it. */
  get array(): SharedArray | undefined {
    return this.#array;
  }

  /**
   * The host of that name.
   *
   * @throws StandinRangeError when there is none.
   */
  host(name: string): Host {
    return this.network.host(name);
  }

  /**
   * Boots a machine on two hosts, starts it on the first and begins to protect it.
   *
   * @throws StandinTypeError when both hosts are the same one, `SPARES` for spares without a pool.
   * @throws StandinRangeError when the name is taken or a setting is out of range, `POOL_CAPACITY` when
   *   the pool has no room, `POOL_OFF`; `NO_CONTROLLER` for a host without a management controller under a
   *   fence that needs one; nothing is changed then.
   */
  protect(image: GuestImage, options: ProtectOptions): ProtectedMachine {
    const { primary, secondary, scheme = checkpoint(), broken = {}, spares = [] } = options;
    const { fence = fences.witness() } = options;
    if (primary === secondary) {
      throw new StandinTypeError(
        "SAME_HOST",
        `secondary: expected another host than the primary, got ${secondary.name} for both`,
      );
    }
    const detection = detectionSettings(options.detection);
    const machine = this.#checkedName(options.name ?? this.#freeName(image.name));
    const { engine, network, clientNetwork: clients } = this;
    if ("pool" in scheme) {
      const hosts = this.#checkedHosts([primary, secondary, ...spares], scheme.pool);
      const names = hosts.map(({ name }) => name);
      const pooled = { engine, network, clients, machine, image, scheme, detection, hosts: names };
      const made = new ProtectedMachine({ pooled, hosts });
      for (const host of hosts) this.#connect(scheme.pool.host, host);
      this.#machines.set(machine, made);
      return made;
    }
    if (spares.length > 0) {
      throw new StandinTypeError(
        "SPARES",
        `spares: expected none without a memory pool, got ${spares.map(({ name }) => name).join(", ")}`,
      );
    }
    this.#checkControllers(fence, [primary, secondary]);
    if (fence.decider === "witness") this.#witness ??= this.#makeWitness();
    if (fence.decider === "array") this.#array ??= this.#makeArray();
    this.#connectFor(fence, primary, secondary);
    const keeper = fence.decider === "array" ? this.#array : this.#witness;
    const protection = {
      ...{ engine, network, clients, machine, scheme, detection, broken, fence },
      witness: keeper?.host.name ?? WITNESS_HOST,
      ...(fence.decider === "array" ? { array: ARRAY_HOST } : {}),
    };
    const witness = fence.decider === "nobody" ? undefined : keeper;
    const made = new ProtectedMachine({ protection, image, primary, secondary, witness });
    this.#machines.set(machine, made);
    this.#fences.set(made, fence);
    return made;
  }

  /**
   * Boots a machine on a bare host, where it serves unprotected: nothing lies below its operating system but
   * a range of memory that firmware has kept, so that it can be protected later, while it runs
   * ({@link Simulation.startProtection}).
   *
   * @throws StandinTypeError `NO_MEMORY_MAP` for an image that cannot be told of a reserved range.
   * @throws StandinRangeError `BARE_HOST` for a host that is off or runs something else, `RESERVED_BYTES`,
   *   or when the name is taken.
   */
  boot(image: GuestImage, options: BootOptions): ProtectedMachine {
    const { host, reservedBytes = RESERVED_BYTES_DEFAULT, broken = {} } = options;
    if (image.reserving === undefined) {
      throw new StandinTypeError(
        "NO_MEMORY_MAP",
        `boot: expected an image that reads its firmware's memory map, as programs in TypeScript and RISC-V machines do, got ${image.name}`,
      );
    }
    const resident = this.machines.find(({ nodes }) =>
      nodes.some((node) => node.host === host && node.alive),
    );
    if (host.power === "off" || resident !== undefined) {
      const state = resident === undefined ? "is off" : `has a part of ${resident.name}`;
      throw new StandinRangeError(
        "BARE_HOST",
        `boot: expected a host that is on and has no other machine, got ${host.name}, which ${state}`,
      );
    }
    const machine = this.#checkedName(options.name ?? this.#freeName(image.name));
    const reserving = image.reserving(reservedBytes);
    this.#witness ??= this.#makeWitness();
    const witness = this.#witness;
    // Any of them may come to stand by for it.
    for (const each of this.#linkOptions.keys()) this.#connect(each, witness.host);
    const { engine, network, clientNetwork: clients } = this;
    const shared = { engine, network, clients, machine, broken, witness: witness.host.name };
    const made = new ProtectedMachine({
      protection: { ...shared, scheme: checkpoint(), detection: detectionSettings() },
      image: reserving,
      primary: host,
      witness,
    });
    this.#machines.set(machine, made);
    return made;
  }

  /**
   * Starts to protect a machine that runs on its bare host, while it serves: see
   * {@link ProtectedMachine.startProtection}. The call only begins it; `machine.isProtected` tells when it is done, and
   * the trace each step (`start.…`).
   *
   * @throws StandinRangeError `NOBODY_SERVES`, `ALREADY_PROTECTED`, `STAND_BY_HOST`, `RESERVED_RANGE_TOO_SMALL`;
   *   StandinTypeError `SAME_HOST`, and what the scheme refuses. Nothing is changed then.
   */
  startProtection(machine: ProtectedMachine, options: StartProtectionOptions): void {
    const { secondary, scheme = checkpoint(), broken = {} } = options;
    const detection = detectionSettings(options.detection);
    const { activeHost } = machine;
    for (const host of [activeHost, this.#witness?.host]) {
      if (host !== undefined) this.#connect(host, secondary);
    }
    machine.startProtection(secondary, { scheme, detection, broken });
  }

  /**
   * Gives a machine that runs alone, after a failure, a new secondary that is brought up while the
   * machine serves.
   *
   * @param secondary A host that is on and has no living part of the machine: one that was restarted.
   * @throws StandinRangeError `NOT_ALONE`, `STAND_BY_HOST`, `NO_CONTROLLER`; nothing is changed then.
   */
  protectAgain(machine: ProtectedMachine, secondary: Host): void {
    const { activeHost } = machine;
    const fence = this.#fences.get(machine) ?? fences.witness();
    this.#checkControllers(fence, [secondary]);
    if (activeHost !== undefined) this.#connectFor(fence, activeHost, secondary);
    machine.protectAgain(secondary);
  }

  /**
   * Puts hosts under a coordinator: it places machines, gives those that lost a copy another one, and empties
   * hosts for maintenance. It runs on a host of its own, {@link COORDINATOR_HOST}.
   *
   * @throws StandinRangeError `MANAGE_OPTION`; `HOST_EXISTS` when there is a coordinator already.
   */
  manage(options: ManageOptions): ManagedCluster {
    const settings = manageSettings(options);
    const coordinator = this.#makeHost(COORDINATOR_HOST, {});
    this.#witness ??= this.#makeWitness();
    for (const host of [coordinator, ...settings.hosts.map((each) => each.host)]) {
      this.#connect(host, this.#witness.host);
      this.#connect(host, coordinator);
    }
    return new ManagedCluster(this, coordinator, settings);
  }

  /**
   * Copies a running machine to other hosts, where each copy becomes a machine of its own: with the name,
   * addresses and storage paths of the profile in its host's protected memory. The machine itself goes on.
   * The copies come to be as the simulation runs.
   *
   * @throws StandinRangeError or StandinTypeError as {@link checkRequest}, `PATIENCE`; nothing is changed then.
   */
  duplicate(machine: ProtectedMachine, options: DuplicateOptions): Duplication {
    const { broken = {} } = options;
    const pending = this.#pendingDuplicates();
    const request = checkRequest(machine, options, {
      network: this.network,
      taken: (address) =>
        this.#machines.has(address) || pending.some((each) => each.address === address),
      occupied: (host) => pending.some((each) => each.source === machine && each.host === host),
    });
    const patienceNs = expectPatience(options.patience);
    const witness = this.#witness;
    assert(witness !== undefined, "where there is a machine there is a witness");
    for (const { host, profile } of request.targets) {
      this.#connect(request.node.host, host);
      this.#connect(host, witness.host);
      witness.expect(profile.address);
    }
    const { protection } = machine;
    const scheme = options.scheme ?? protection.scheme;
    const made = new Duplication({
      ...{ source: machine, request, patienceNs, broken },
      operation: this.#duplications.length + 1,
      protectionOf: (address) => ({ ...protection, scheme, machine: address }),
      onMachine: (each) => {
        if (this.#machines.has(each.name)) return false;
        this.#machines.set(each.name, each);
        return true;
      },
    });
    this.#duplications.push(made);
    return made;
  }

  /** All duplications, in the order in which they were begun. */
  get duplications(): readonly Duplication[] {
    return this.#duplications;
  }

  /**
   * Moves a machine to another host while its clients talk to it. This begins it and returns at once: it goes
   * on in virtual time, and what is returned tells how far it is.
   *
   * @param options `to` which host, and `how`: one of `migrations`.
   * @throws As {@link ProtectedMachine.migrate}; nothing is changed then.
   */
  migrate(machine: ProtectedMachine, options: MigrateOptions): Migration {
    const { activeHost } = machine;
    if (activeHost !== undefined) this.#connect(activeHost, options.to);
    if (this.#witness !== undefined) this.#connect(options.to, this.#witness.host);
    return machine.migrate(options);
  }

  /**
   * A client that sends a machine the requests of its image's workload.
   *
   * @throws StandinRangeError when an option is out of range.
   */
  client(
    machine: ProtectedMachine,
    options: ClientOptions & { name?: string } = {},
  ): AuditedClient {
    const id = this.#clients.length + 1;
    const name = options.name ?? `client ${id}`;
    const { engine } = this;
    const endpoint = this.clientNetwork.endpoint(id, { name, peer: machine.name });
    const workload = machine.image.workload(id, engine.random(`${name}: workload`));
    const request = (number: number): Uint8Array => workload.request(number);
    const parts = { engine, endpoint, id, machine: machine.name, request };
    const client = new AuditedClient(parts, options, () => {
      const guest = this.inspect(machine);
      return guest === undefined ? new Map() : machine.image.executions(guest, id);
    });
    this.#clients.push(client);
    return client;
  }

  /**
   * A console at the other end of a machine's serial line.
   *
   * @param options Its `client` is the number under which the machine's image expects it, by default
   *   `CONSOLE_CLIENT`.
   * @throws StandinRangeError when the number is taken or an option is out of range, `CONSOLE_BYPASS` when
   *   the machine's packets to that number bypass its output gate.
   */
  console(
    machine: ProtectedMachine,
    options: ConsoleOptions & { name?: string; client?: number } = {},
  ): Console {
    const { name = `console of ${machine.name}`, client = CONSOLE_CLIENT } = options;
    if (machine.mayBypass(client)) {
      throw new StandinRangeError(
        "CONSOLE_BYPASS",
        `client: expected a console whose packets are held, got ${client}, which bypasses the gate`,
      );
    }
    const endpoint = this.clientNetwork.endpoint(client, { name, peer: machine.name });
    const made = new Console({ engine: this.engine, endpoint, machine: machine.name }, options);
    this.#consoles.push(made);
    return made;
  }

  /**
   * Calls `action` at a virtual time.
   *
   * @throws StandinRangeError when the time is over.
   */
  at(timeNs: Nanoseconds, action: () => void): void {
    if (!(timeNs >= this.now)) {
      const given = Number.isFinite(timeNs) ? formatTime(timeNs) : String(timeNs);
      throw new StandinRangeError(
        "TIME_IS_OVER",
        `time: expected ${formatTime(this.now)} or later, got ${given}`,
      );
    }
    this.engine.at(timeNs, action);
  }

  /**
   * A named point of a protocol: the next records of this kind, from now on. What to do there follows:
   * `sim.when("commit.sent", { occurrence: 3 }).crash(a)`, `.pause(a, ms(5))`, `.hold()`, `.observe(look)`.
   *
   * @param kind One of the kinds in `points`.
   * @throws StandinRangeError `POINT` for an unknown kind, `NO_SUCH_HOST`, `OCCURRENCE`.
   */
  when(kind: string, filter: PointFilter = {}): NamedPoint {
    return this.#points.when(kind, filter);
  }

  /**
   * Why what was lost is no defect: the first fault of the plan that destroyed more than a pair
   * promises to survive. Undefined as long as there is none.
   */
  get unsurvivable(): string | undefined {
    return this.#injector?.unsurvivable;
  }

  /** Ends every fault of the plan that goes on, and forgets those to come. What crashed stays off. */
  heal(): void {
    this.#injector?.healAll();
  }

  /**
   * Time travel: the same simulation, made anew and run to an earlier or later moment, there to be
   * looked at and gone on with. Give it another plan and it becomes a fork: what the plans have in
   * common up to the moment is the same in both.
   *
   * @param changes What to do otherwise from the beginning: another plan, another seed.
   * @throws StandinTypeError `NO_BUILD` for a simulation that was not made by `build`.
   */
  replayTo(
    moment: ReplayMoment,
    changes: Partial<Pick<SimulationOptions, "plan" | "seed" | "onViolation">> = {},
  ): Simulation {
    if (this.#options.build === undefined) {
      throw new StandinTypeError(
        "NO_BUILD",
        "replayTo: expected a simulation made with the option `build`, got one made step by step",
      );
    }
    const replay = new Simulation({ ...this.#options, onViolation: "record", ...changes });
    if ("timeNs" in moment) replay.#advance(moment.timeNs);
    else while (replay.trace.position < moment.record && replay.#step());
    return replay;
  }

  /**
   * Runs until a virtual time, then compares what clients were told with what the machines hold.
   *
   * @throws InvariantError when an invariant did not hold, unless violations are only recorded.
   * @throws ProcessError when something inside the simulation failed.
   */
  run({ until }: { readonly until: Nanoseconds }): void {
    this.#advance(until);
    this.check();
  }

  /**
   * Compares what clients were told with what the machines hold; {@link run} does it at its end.
   *
   * @throws InvariantError when an invariant did not hold, unless violations are only recorded.
   */
  check(): void {
    for (const client of this.#clients) {
      const machine = this.#machines.get(client.machine);
      // Between the death of a primary and the start of its stand-in nothing can be read.
      if (machine?.activeNode === undefined && machine?.recoverable) continue;
      this.#monitor.compared(this.now, client.name, client.audit());
    }
    const [first] = this.violations;
    if (first === undefined || this.#onViolation === "record") return;
    const error = new InvariantError(`${first.name}: ${first.detail}`);
    error.locate({
      seed: this.engine.seed,
      timeNs: first.atNs,
      time: formatTime(first.atNs),
      tracePosition: this.trace.position,
      processName: "invariants",
    });
    throw error;
  }

  /** The machine as it is now, as a guest of its own: reading it changes nothing of the run. */
  inspect(machine: ProtectedMachine): Guest | undefined {
    const guest = machine.activeNode?.vm.guest;
    if (guest === undefined) return undefined;
    const copy = cloneGuest(machine.image, guest);
    machine.addAbsentPages(copy.memory);
    return copy;
  }

  #advance(until: Nanoseconds): void {
    if (this.#injector === undefined) this.engine.run({ until });
    else this.#injector.run(until);
  }

  #step(): boolean {
    const next = this.engine.events + 1;
    if (this.#injector?.nextEvent() === next) this.#injector.fireEvent(next);
    return this.engine.step();
  }

  #makeHost(name: string, link: LinkOptions): Host {
    const host = this.network.addHost(name, { profile: this.#profile });
    this.#linkOptions.set(host, link);
    return host;
  }

  #connect(host: Host, other: Host): void {
    if (host === other || this.network.linked(host, other)) return;
    this.network.connect(host, other, this.#linkOptions.get(host));
  }

  /** Connects the hosts of a pair with each other, and with what their fence needs. */
  #connectFor(fence: Fence, one: Host, other: Host): void {
    this.#connect(one, other);
    const keeper = fence.decider === "array" ? this.#array : this.#witness;
    if (keeper !== undefined && fence.decider !== "nobody") {
      this.#connect(one, keeper.host);
      this.#connect(other, keeper.host);
    }
    if (!fence.needsControllers) return;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const controller = this.host(controllerOf(to.name));
      if (this.network.linked(from, controller)) continue;
      this.network.connect(from, controller, this.#managed.get(to));
    }
  }

  #checkControllers(fence: Fence, hosts: readonly Host[]): void {
    if (!fence.needsControllers) return;
    const without = hosts.find((host) => !this.#managed.has(host));
    if (without === undefined) return;
    throw new StandinRangeError(
      "NO_CONTROLLER",
      `fence "${fence.name}": expected hosts with a management controller, got ${without.name}, which has none: sim.controllers([${without.name}])`,
    );
  }

  #makeArray(): SharedArray {
    return new SharedArray(this.engine, this.network, this.#makeHost(ARRAY_HOST, {}));
  }

  #makeWitness(): Witness {
    return new Witness(this.engine, this.network, this.#makeHost(WITNESS_HOST, {}));
  }

  /** Hosts that are to share a machine, each once, and none of them the pool's own node. */
  #checkedHosts(hosts: [Host, Host, ...Host[]], pool: MemoryPool): [Host, Host, ...Host[]] {
    for (const [index, host] of hosts.entries()) {
      if (hosts.indexOf(host) === index && host !== pool.host) continue;
      throw new StandinTypeError(
        "SAME_HOST",
        `spares: expected hosts that differ from each other and from the pool, got ${host.name} again`,
      );
    }
    return hosts;
  }

  /** Duplicates that may come to run, or do where they came to be. */
  #pendingDuplicates(): readonly { source: ProtectedMachine; host: Host; address: string }[] {
    return this.#duplications.flatMap(({ source, duplicates }) =>
      duplicates
        .filter(({ pending, machine, host }) => pending || machine?.activeHost === host)
        .map(({ host, profile }) => ({ source, host, address: profile.address })),
    );
  }

  /** Names travel in messages: short and in ASCII. */
  #checkedName(name: string): string {
    if (!/^[ -~]{1,64}$/.test(name)) {
      throw new StandinRangeError(
        "MACHINE_NAME",
        `name: expected 1 to 64 printable ASCII characters, got "${name}"`,
      );
    }
    const isPending = this.#pendingDuplicates().some(({ address }) => address === name);
    if (this.#machines.has(name) || isPending) {
      throw new StandinRangeError("MACHINE_EXISTS", `name: expected a free one, got "${name}"`);
    }
    return name;
  }

  #freeName(name: string): string {
    if (!this.#machines.has(name)) return name;
    let number = 2;
    while (this.#machines.has(`${name}-${number}`)) number += 1;
    return `${name}-${number}`;
  }
}
