import type { ClientNetwork } from "../host/client-network.ts";
import type { Host } from "../host/host.ts";
import type { Network } from "../host/network.ts";
import type { Awaitable } from "../sim/awaitable.ts";
import type { Engine } from "../sim/engine.ts";
import { type Process, type ProcessHandle, sleep } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { Signal } from "../sim/signal.ts";
import type { DetectionSettings, PathName } from "./detection/detection-options.ts";
import { type HeartbeatPath, heartbeatPath, heartbeatPort } from "./detection/heartbeat-path.ts";
import type { DetectionRecord } from "./detection/records.ts";
import { type Ear, SignsOfLife, type Suspicion } from "./detection/signs-of-life.ts";
import type { ClusterRecord } from "./records.ts";

export {
  type DetectionSettings,
  detectionSettings,
} from "./detection/detection-options.ts";

/** What a heartbeat works with. */
export interface HeartbeatParties {
  readonly engine: Engine;
  readonly network: Network;
  readonly host: Host;
  /** Name of the host at the other end. */
  readonly peer: string;
  readonly machine: string;
  readonly term: number;
  /** The clients' network, for heartbeats over its switch. */
  readonly clients?: ClientNetwork | undefined;
  /** Replication streams with the peer. Default none. */
  readonly ears?: readonly Ear[];
  /** How often the time-out of a hanging replication is waited, from 1. Default 1. */
  readonly patience?: number;
  /** Broken on purpose: one silent path of several is enough to suspect. Never set otherwise. */
  readonly onePathIsEnough?: boolean;
  /** Broken on purpose: beats go on while the host is paused. Never set otherwise. */
  readonly evenPaused?: boolean;
}

/** Contents of a heartbeat: it says only that its sender runs. */
const BEAT = new Uint8Array([0x68, 0x62]);

/**
 * Tells the peer that this host lives, and suspects the peer when it is silent for too long. From
 * silence alone a dead peer and a partition cannot be told apart (Remus, NSDI'08, section 3.5):
 * who suspects asks the witness before it acts.
 *
 * It listens on every path of its settings, and suspects a peer that is silent on all; messages of
 * replication may count, too, as VMware FT has it (Scales et al., 2010, section 2.3).
 */
export class Heartbeat {
  /** Set once the peer was silent for the whole time-out. */
  readonly suspected: Signal;
  readonly #parties: HeartbeatParties;
  readonly #settings: DetectionSettings;
  readonly #paths: readonly HeartbeatPath[];
  readonly #processes: ProcessHandle<never>[];

  /** Starts to send and to listen at once. */
  constructor(parties: HeartbeatParties, settings: DetectionSettings) {
    const { engine, host, machine, evenPaused = false } = parties;
    this.#parties = parties;
    this.#settings = settings;
    this.#paths = settings.paths.map((path) => heartbeatPath(path, parties));
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
    for (const path of this.#paths) path.close();
  }

  *#send(): Process<never> {
    const { host } = this.#parties;
    for (;;) {
      for (const path of this.#paths) path.send(BEAT);
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
    const { clock } = this.#parties.host;
    const { ears = [], patience = 1, onePathIsEnough = false } = this.#parties;
    const beats: Partial<Record<PathName, Awaitable<unknown>>> = {};
    for (const path of this.#paths) beats[path.name] = path.listen().receive();
    const options = { settings: this.#settings, ears, patience, onePathIsEnough };
    const signs = new SignsOfLife(options, clock.monotonic());
    for (;;) {
      const nowNs = clock.monotonic();
      const dueNs = signs.deadlineNs(nowNs);
      const limitNs = clock.toGlobal(dueNs - nowNs);
      const next = yield* race(beats as Record<PathName, Awaitable<unknown>>, limitNs);
      if (next.key !== "timeout") {
        if (signs.heard(next.key, clock.monotonic())) this.#note("path.heard", next.key);
        continue;
      }
      // What was waited for is over, even if the clock was slowed down meanwhile and does not show it.
      const silent = signs.silence(dueNs);
      const suspicion = signs.suspicion(dueNs);
      if (suspicion !== undefined) {
        this.#suspect(suspicion);
        break;
      }
      for (const path of silent) this.#note("path.silent", path);
    }
    // Suspected once, whatever is heard from now on: it is for the fence to say what that means.
    for (;;) yield* race(beats as Record<PathName, Awaitable<unknown>>);
  }

  #suspect({ of, sinceNs }: Suspicion): void {
    const { engine, host, peer, machine, term } = this.#parties;
    const silentNs = host.clock.monotonic() - sinceNs;
    const about = { machine, host: host.name, term, peer, silentNs };
    const hangs = of === "replication" ? { hangs: true } : {};
    engine.trace.emit<ClusterRecord>({ kind: "failure.suspected", ...about, ...hangs });
    this.suspected.set();
  }

  #note(kind: DetectionRecord["kind"], path: PathName): void {
    const { engine, host, peer, machine, term } = this.#parties;
    const about = { machine, host: host.name, term, peer, path };
    engine.trace.emit<DetectionRecord>({ kind, ...about });
  }
}
