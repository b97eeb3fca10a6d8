import type { Host } from "../host/host.ts";
import type { Network } from "../host/network.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { type Process, type ProcessHandle, sleep } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { Signal } from "../sim/signal.ts";
import { formatTime, ms, type Nanoseconds } from "../sim/time.ts";
import type { ClusterRecord } from "./records.ts";

/** When a silent peer is taken for dead. */
export interface DetectionOptions {
  /** From one heartbeat to the next, on the sender's clock. Default 10 ms. */
  readonly heartbeat?: Nanoseconds;
  /** Silence after which the peer is suspected, on the listener's clock. Default 100 ms. */
  readonly timeout?: Nanoseconds;
}

/** Detection settings with their defaults filled in. */
export type DetectionSettings = Required<DetectionOptions>;

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError when the time-out is not longer than the time between heartbeats.
 */
export function detectionSettings(options: DetectionOptions = {}): DetectionSettings {
  const { heartbeat = ms(10), timeout = ms(100) } = options;
  if (!(heartbeat > 0 && timeout > heartbeat)) {
    throw new StandinRangeError(
      "DETECTION_OPTION",
      `timeout: expected more than the heartbeat of ${formatTime(heartbeat)}, got ${formatTime(timeout)}`,
    );
  }
  return { heartbeat, timeout };
}

/** What a heartbeat works with. */
export interface HeartbeatParties {
  readonly engine: Engine;
  readonly network: Network;
  readonly host: Host;
  /** Name of the host at the other end. */
  readonly peer: string;
  readonly machine: string;
  readonly term: number;
  /** Broken on purpose: beats go on while the host is paused. Never set otherwise. */
  readonly evenPaused?: boolean;
}

/** Contents of a heartbeat: it says only that its sender runs. */
const BEAT = new Uint8Array([0x68, 0x62]);

/**
 * Tells the peer that this host lives, and suspects the peer when it is silent for too long. From
 * silence alone a dead peer and a partition cannot be told apart (Remus, NSDI'08, section 3.5):
 * who suspects asks the witness before it acts.
 */
export class Heartbeat {
  /** Set once the peer was silent for the whole time-out. */
  readonly suspected: Signal;
  readonly #parties: HeartbeatParties;
  readonly #settings: DetectionSettings;
  readonly #processes: ProcessHandle<never>[];

  /** Starts to send and to listen at once. */
  constructor(parties: HeartbeatParties, settings: DetectionSettings) {
    const { engine, host, machine, evenPaused = false } = parties;
    this.#parties = parties;
    this.#settings = settings;
    this.suspected = new Signal(engine, `${machine} on ${host.name}: suspected`);
    const label = `${machine} on ${host.name}: heartbeat`;
    this.#processes = [
      evenPaused
        ? engine.spawn(`${label} out`, engine.createOwner(label), () => this.#sendFromCard())
        : engine.spawn(`${label} out`, host.owner, () => this.#send()),
      engine.spawn(`${label} in`, host.owner, () => this.#listen()),
    ];
  }

  /** Sends and listens no more: the peer will suspect this host, and is meant to. */
  stop(): void {
    for (const process of this.#processes) process.kill();
    const { host, machine } = this.#parties;
    host.close(heartbeatPort(machine));
  }

  *#send(): Process<never> {
    const { network, host, peer, machine } = this.#parties;
    for (;;) {
      network.send(host, peer, heartbeatPort(machine), BEAT);
      yield* host.clock.sleep(this.#settings.heartbeat);
    }
  }

  /** The broken variant: what a network card with a mind of its own would do. */
  *#sendFromCard(): Process<never> {
    const { network, host, peer, machine } = this.#parties;
    for (;;) {
      if (host.power === "on") {
        network.link(host, peer).from(host).send(heartbeatPort(machine), BEAT.slice());
      }
      yield* sleep(this.#settings.heartbeat);
    }
  }

  *#listen(): Process<never> {
    const { engine, host, peer, machine, term } = this.#parties;
    const beats = host.open(heartbeatPort(machine));
    let heardAtNs = host.clock.monotonic();
    for (;;) {
      const limitNs = host.clock.toGlobal(this.#settings.timeout);
      const beat = yield* race({ beat: beats.receive() }, limitNs);
      if (beat.key === "beat") {
        heardAtNs = host.clock.monotonic();
        continue;
      }
      const silentNs = host.clock.monotonic() - heardAtNs;
      engine.trace.emit<ClusterRecord>({
        kind: "failure.suspected",
        machine,
        host: host.name,
        term,
        peer,
        silentNs,
      });
      this.suspected.set();
      for (;;) yield* beats.receive();
    }
  }
}

/** The port, on either host, of the heartbeats that are about a machine. */
export function heartbeatPort(machine: string): string {
  return `heartbeat ${machine}`;
}
