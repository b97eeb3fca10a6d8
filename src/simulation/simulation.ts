import type { ClientOptions } from "../client/client.ts";
import { Console, type ConsoleOptions } from "../client/console.ts";
import { type DetectionOptions, detectionSettings } from "../cluster/heartbeat.ts";
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
import type { LinkOptions } from "../host/link-options.ts";
import { Network } from "../host/network.ts";
import { modern } from "../host/profiles/modern.ts";
import { checkpoint } from "../schemes/checkpoint.ts";
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

/** Name of the host that carries the witness; it is made when the first machine is protected. */
export const WITNESS_HOST = "witness";

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

/** How a machine is protected. */
export interface ProtectOptions {
  /** Where it runs at first. */
  readonly primary: Host;
  /** Which host stands in for it. */
  readonly secondary: Host;
  /** How the secondary is kept ready. Default `schemes.checkpoint()`. */
  readonly scheme?: Scheme;
  /** The machine's name and network address. Default the image's name, numbered if taken. */
  readonly name?: string;
  /** When a silent host is suspected. Default heartbeats of 10 ms and a time-out of 100 ms. */
  readonly detection?: DetectionOptions;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: ClusterDefects;
}

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
  readonly #options: SimulationOptions;
  readonly #points: NamedPoints;
  readonly #injector: PlanInjector | undefined;
  #witness: Witness | undefined;

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
    for (const [, host] of made) for (const [, other] of made) this.#connect(host, other);
    return Object.fromEntries(made) as { readonly [Key in Name]: Host };
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
   * @throws StandinTypeError when both hosts are the same one.
   * @throws StandinRangeError when the name is taken or a setting is out of range.
   */
  protect(image: GuestImage, options: ProtectOptions): ProtectedMachine {
    const { primary, secondary, scheme = checkpoint(), broken = {} } = options;
    if (primary === secondary) {
      throw new StandinTypeError(
        "SAME_HOST",
        `secondary: expected another host than the primary, got ${secondary.name} for both`,
      );
    }
    const detection = detectionSettings(options.detection);
    const machine = this.#checkedName(options.name ?? this.#freeName(image.name));
    this.#witness ??= this.#makeWitness();
    const witness = this.#witness;
    this.#connect(primary, secondary);
    this.#connect(primary, witness.host);
    this.#connect(secondary, witness.host);
    const { engine, network, clientNetwork: clients } = this;
    const shared = { engine, network, clients, machine, scheme, detection, broken };
    const protection = { ...shared, witness: witness.host.name };
    const made = new ProtectedMachine({ protection, image, primary, secondary, witness });
    this.#machines.set(machine, made);
    return made;
  }

  /**
   * Gives a machine that runs alone, after a failure, a new secondary that is brought up while the
   * machine serves.
   *
   * @param secondary A host that is on and has no living part of the machine: one that was restarted.
   * @throws StandinRangeError `NOT_ALONE`, `STAND_BY_HOST`; nothing is changed then.
   */
  protectAgain(machine: ProtectedMachine, secondary: Host): void {
    const { activeHost } = machine;
    if (activeHost !== undefined) this.#connect(activeHost, secondary);
    if (this.#witness !== undefined) this.#connect(secondary, this.#witness.host);
    machine.protectAgain(secondary);
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
    const endpoint = this.clientNetwork.endpoint(id, { name });
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
    const endpoint = this.clientNetwork.endpoint(client, { name });
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

  #makeWitness(): Witness {
    return new Witness(this.engine, this.network, this.#makeHost(WITNESS_HOST, {}));
  }

  /** Names travel in messages: short and in ASCII. */
  #checkedName(name: string): string {
    if (!/^[ -~]{1,64}$/.test(name)) {
      throw new StandinRangeError(
        "MACHINE_NAME",
        `name: expected 1 to 64 printable ASCII characters, got "${name}"`,
      );
    }
    if (this.#machines.has(name)) {
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
