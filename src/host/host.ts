import { assert } from "../sim/assert.ts";
import { Channel } from "../sim/channel.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Owner } from "../sim/owner.ts";
import { sleep } from "../sim/process.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { Wait } from "../sim/wait.ts";
import type { Datagram } from "./datagram.ts";
import type { HardwareProfile } from "./hardware-profile.ts";
import { HostClock } from "./host-clock.ts";
import { ProtectedMemory } from "./protected-memory.ts";
import type { DropReason, HostRecord } from "./records.ts";

/** Datagrams that wait at a port unless told otherwise; the newest is lost when it is full. */
export const INBOX_CAPACITY = 4_096;

/** Most ports of one host. */
const PORTS_MAX = 65_536;

/** Most programs that start with one host. */
const START_HOOKS_MAX = 4_096;

const PPM = 1_000_000;

/** A physical machine: power, a processor that may be slow, a clock, ports. */
export class Host {
  readonly name: string;
  readonly engine: Engine;
  /** What things cost here. */
  readonly profile: HardwareProfile;
  readonly clock: HostClock;
  /** What it keeps without power and no transfer overwrites. */
  readonly protectedMemory: ProtectedMemory = new ProtectedMemory();
  #owner: Owner;
  #power: "on" | "off" = "on";
  #isPaused = false;
  #incarnation = 1;
  #sharePpm = PPM;
  #busyNs: Nanoseconds = 0;
  readonly #ports: Map<string, Channel<Datagram>> = new Map();
  readonly #startHooks: ((host: Host) => void)[] = [];
  readonly #powerLossHooks: (() => void)[] = [];

  /** Makes a host that is on. Hosts of a network are made by `network.addHost`. */
  constructor(engine: Engine, name: string, profile: HardwareProfile) {
    this.engine = engine;
    this.name = name;
    this.profile = profile;
    this.clock = new HostClock(engine, name);
    this.#owner = engine.createOwner(name);
  }

  /** `"off"` from a crash until the next restart. */
  get power(): "on" | "off" {
    return this.#power;
  }

  /** True while it keeps still without having lost anything. */
  get paused(): boolean {
    return this.#isPaused;
  }

  /** True when it can send: on and not paused. */
  get runs(): boolean {
    return this.#power === "on" && !this.#isPaused;
  }

  /** Who owns its processes: another one after each restart, dead while it is off. */
  get owner(): Owner {
    return this.#owner;
  }

  /** How often it was started, from 1. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** Its processor's share, in millionths. */
  get processorSharePpm(): number {
    return this.#sharePpm;
  }

  /**
   * Processor time used since it was made, at full share, of all its processes together: more than the time that
   * has passed if several work at once. Work counts when it begins. A restart does not reset it.
   */
  get busyNs(): Nanoseconds {
    return this.#busyNs;
  }

  /** It loses power: processes, memory and ports are gone. Nothing happens if it is off. */
  crash(): void {
    if (this.#power === "off") return;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.clock.start();
    }
    this.#power = "off";
    this.#owner.kill();
    this.#ports.clear();
    for (const hook of this.#powerLossHooks) hook();
    this.#record({ kind: "host.crashed", host: this.name });
  }

  /** It gets power again and starts with nothing but its programs. Nothing happens if it is on. */
  restart(): void {
    if (this.#power === "on") return;
    assert(this.#ports.size === 0, "a host that is off has no ports");
    this.#power = "on";
    this.#incarnation += 1;
    this.#owner = this.engine.createOwner(this.name);
    this.#record({ kind: "host.restarted", host: this.name });
    for (const hook of this.#startHooks) hook(this);
  }

  /**
   * It keeps still: no process of it runs, its clock stands still, what arrives waits in its inboxes.
   * What it has sent already goes its way. Nothing happens if it is off or paused.
   */
  pause(): void {
    if (!this.runs) return;
    this.#isPaused = true;
    this.#owner.pause();
    this.clock.stop();
    this.#record({ kind: "host.paused", host: this.name });
  }

  /** It goes on as if no time had passed. Nothing happens if it is not paused. */
  resume(): void {
    if (!this.#isPaused) return;
    assert(this.#power === "on", "a paused host is on");
    this.#isPaused = false;
    this.clock.start();
    this.#owner.resume();
    this.#record({ kind: "host.resumed", host: this.name });
  }

  /**
   * Gives it only a part of its processor. Work that has begun ends at the speed it began with. Power
   * does not change it.
   *
   * @param fraction More than 0, at most 1; rounded to millionths.
   * @throws StandinRangeError `PROCESSOR_SHARE` if out of range.
   */
  setProcessorShare(fraction: number): void {
    const sharePpm = Math.round(fraction * PPM);
    if (!(sharePpm >= 1 && sharePpm <= PPM)) {
      throw new StandinRangeError(
        "PROCESSOR_SHARE",
        `fraction: expected from 0.000001 to 1, got ${fraction}`,
      );
    }
    this.#sharePpm = sharePpm;
    this.#record({ kind: "host.processor-share", host: this.name, sharePpm });
  }

  /**
   * Uses its processor: `yield* host.compute(host.profile.suspendNs)`. Processes of a host do not compete
   * with each other.
   *
   * @param costNs Processor time at full share, whole nanoseconds.
   * @throws StandinRangeError if the cost is not whole nanoseconds from 0.
   */
  compute(costNs: Nanoseconds): Iterable<Wait, void, unknown> {
    const work = sleep(this.#lengthOf(costNs));
    // What is no time was refused by now.
    this.#busyNs += costNs;
    return work;
  }

  /** How long work takes at the processor's present share. */
  #lengthOf(costNs: Nanoseconds): Nanoseconds {
    const sharePpm = this.#sharePpm;
    if (sharePpm === PPM) return costNs;
    const rest = costNs % sharePpm;
    // In two parts, so that no product leaves the exact integers; rounded up.
    return ((costNs - rest) / sharePpm) * PPM + Math.ceil((rest * PPM) / sharePpm);
  }

  /**
   * Opens a port. Datagrams sent to it wait in the returned channel; when it is full the newest one
   * is lost. A crash closes all ports. On a host that is off, where only code that is about to be
   * dropped can still run, the channel is connected to nothing.
   *
   * @param capacity Most datagrams that wait.
   * @throws StandinRangeError `PORT_OPEN` if it is open already.
   */
  open(port: string, capacity: number = INBOX_CAPACITY): Channel<Datagram> {
    const inbox = new Channel<Datagram>(this.engine, `${this.name}: ${port}`, { capacity });
    if (this.#power === "off") return inbox;
    if (this.#ports.has(port)) {
      throw new StandinRangeError(
        "PORT_OPEN",
        `open: expected a port of ${this.name} that is closed, got "${port}"`,
      );
    }
    assert(this.#ports.size < PORTS_MAX, "the ports of a host are bounded");
    this.#ports.set(port, inbox);
    return inbox;
  }

  /** Closes a port: what is sent to it from now on is lost. Nothing happens if it is not open. */
  close(port: string): void {
    this.#ports.delete(port);
  }

  /** Calls `start` now, if the host is on, and again after each restart: a program it boots with. */
  onStart(start: (host: Host) => void): void {
    assert(this.#startHooks.length < START_HOOKS_MAX, "the programs of a host are bounded");
    this.#startHooks.push(start);
    if (this.#power === "on") start(this);
  }

  /**
   * Calls `hook` when the host loses power: for hardware attached to it, not for programs.
   *
   * @internal
   */
  onPowerLoss(hook: () => void): void {
    this.#powerLossHooks.push(hook);
  }

  /**
   * Takes a datagram from a wire.
   *
   * @param bytes Taken over.
   * @returns Why it is lost, if it is.
   * @internal
   */
  accept(from: string, port: string, bytes: Uint8Array): DropReason | undefined {
    if (this.#power === "off") return "powered-off";
    const inbox = this.#ports.get(port);
    if (inbox === undefined) return "no-port";
    return inbox.send({ from, port, bytes }) ? undefined : "queue-full";
  }

  #record(record: HostRecord): void {
    this.engine.trace.emit<HostRecord>(record);
  }
}
