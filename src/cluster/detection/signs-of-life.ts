import { assert } from "../../sim/assert.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { DetectionSettings, PathName } from "./detection-options.ts";

/** Who has last heard something of the peer, on the listener's monotonic clock: a replication stream. */
export interface Ear {
  readonly heardAtNs: Nanoseconds;
}

/** What is to be thought of a peer. */
export interface Suspicion {
  /** `"replication"`: heartbeats come, its replication does not. */
  readonly of: "host" | "replication";
  /** When the last sign of it was heard. */
  readonly sinceNs: Nanoseconds;
}

/** What a listener keeps of its peer. */
export interface SignsOptions {
  readonly settings: DetectionSettings;
  /** Replication streams with the peer; those that count, or hang, are among them. */
  readonly ears: readonly Ear[];
  /** How often {@link DetectionSettings.replicationTimeout} is waited for a hanging replication. */
  readonly patience: number;
  /** Broken on purpose: one silent path of several is enough. Never set otherwise. */
  readonly onePathIsEnough?: boolean;
}

/**
 * When a peer was last heard, on which path, and whether that is too long ago. It decides and does
 * nothing else: no time passes in it.
 */
export class SignsOfLife {
  readonly #options: SignsOptions;
  readonly #heardAtNs: Map<PathName, Nanoseconds>;
  readonly #silent: Set<PathName> = new Set();
  readonly #startNs: Nanoseconds;

  /** The peer counts as heard on every path when the listening begins. */
  constructor(options: SignsOptions, nowNs: Nanoseconds) {
    this.#options = options;
    this.#startNs = nowNs;
    this.#heardAtNs = new Map(options.settings.paths.map((path) => [path, nowNs]));
    assert(this.#heardAtNs.size > 0, "there is a path to listen to");
    assert(options.patience >= 1, "a hanging replication gets its time-out at least once");
  }

  /** A heartbeat came. @returns True if the path had been silent. */
  heard(path: PathName, nowNs: Nanoseconds): boolean {
    assert(this.#heardAtNs.has(path), "heartbeats come on the paths that are listened to");
    this.#heardAtNs.set(path, nowNs);
    return this.#silent.delete(path);
  }

  /** Notes the paths that have been silent for the time-out. @returns Those that were not before. */
  silence(nowNs: Nanoseconds): readonly PathName[] {
    const { timeout } = this.#options.settings;
    const newly: PathName[] = [];
    for (const [path, atNs] of this.#heardAtNs) {
      if (this.#silent.has(path) || nowNs - atNs < timeout) continue;
      this.#silent.add(path);
      newly.push(path);
    }
    return newly;
  }

  /** What speaks against the peer now, after {@link SignsOfLife.silence}. */
  suspicion(nowNs: Nanoseconds): Suspicion | undefined {
    const { settings, patience, onePathIsEnough = false } = this.#options;
    if (onePathIsEnough) {
      const [path] = this.#silent;
      if (path !== undefined) return { of: "host", sinceNs: this.#heardAtNs.get(path) ?? 0 };
    }
    const heardNs = this.#lastHeardNs();
    const isSilent = this.#silent.size === this.#heardAtNs.size;
    if (isSilent && nowNs - heardNs >= settings.timeout) return { of: "host", sinceNs: heardNs };
    const replicatedNs = this.#replicatedAtNs();
    const limitNs = settings.replicationTimeout * patience;
    if (limitNs === 0 || nowNs - replicatedNs < limitNs) return undefined;
    return { of: "replication", sinceNs: replicatedNs };
  }

  /** When something may be too long ago if nothing is heard until then; later than now. */
  deadlineNs(nowNs: Nanoseconds): Nanoseconds {
    const { settings, patience } = this.#options;
    const limits = [this.#lastHeardNs() + settings.timeout];
    for (const [path, atNs] of this.#heardAtNs) {
      if (!this.#silent.has(path)) limits.push(atNs + settings.timeout);
    }
    if (settings.replicationTimeout > 0) {
      limits.push(this.#replicatedAtNs() + settings.replicationTimeout * patience);
    }
    const next = Math.min(...limits.filter((atNs) => atNs > nowNs));
    assert(
      Number.isSafeInteger(next),
      "an unsuspected peer has a time until which it must be heard",
    );
    return next;
  }

  /** The newest sign of life, of whatever counts as one. */
  #lastHeardNs(): Nanoseconds {
    const beats = Math.max(...this.#heardAtNs.values());
    return this.#options.settings.trafficCounts ? Math.max(beats, this.#replicatedAtNs()) : beats;
  }

  #replicatedAtNs(): Nanoseconds {
    return Math.max(this.#startNs, ...this.#options.ears.map(({ heardAtNs }) => heardAtNs));
  }
}
