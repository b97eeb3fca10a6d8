import { StandinRangeError } from "../../sim/errors.ts";
import { formatTime, ms, type Nanoseconds } from "../../sim/time.ts";

/**
 * A way on which two hosts hear each other's heartbeats:
 * - `"link"`: the cable between them, on which they replicate;
 * - `"switch"`: that which they share with the clients.
 */
export type PathName = "link" | "switch";

/** Every path, in the order in which heartbeats are sent. */
export const pathNames: readonly PathName[] = ["link", "switch"];

/** Most that is waited for a sign of life: an hour. */
const TIMEOUT_NS_MAX: Nanoseconds = 3_600_000_000_000;

/** When a silent peer is taken for dead. */
export interface DetectionOptions {
  /** From one heartbeat to the next, on the sender's clock. Default 10 ms. */
  readonly heartbeat?: Nanoseconds;
  /** Silence after which the peer is suspected, on the listener's clock. Default 100 ms. */
  readonly timeout?: Nanoseconds;
  /** Ways of the heartbeats; a peer is suspected when it is silent on all. Default the link alone. */
  readonly paths?: readonly PathName[];
  /**
   * Whether any message of the replication stream is a sign of life, as much as a heartbeat. Default
   * false.
   */
  readonly trafficCounts?: boolean;
  /**
   * Silence of the replication stream alone after which the peer is suspected, whatever heartbeats say: its
   * replication hangs. For schemes that replicate all the time. The secondary waits twice as long, so
   * that a primary that serves goes on. Default 0: never.
   */
  readonly replicationTimeout?: Nanoseconds;
}

/** Detection settings with their defaults filled in. */
export type DetectionSettings = Required<DetectionOptions>;

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError `DETECTION_OPTION` when the time-out is not longer than the time between
 *   heartbeats or out of range; `DETECTION_PATH` for no path, an unknown one, or one given twice.
 */
export function detectionSettings(options: DetectionOptions = {}): DetectionSettings {
  const { heartbeat = ms(10), timeout = ms(100), paths = ["link"] } = options;
  const { trafficCounts = false, replicationTimeout = 0 } = options;
  if (!(heartbeat > 0 && timeout > heartbeat)) {
    throw new StandinRangeError(
      "DETECTION_OPTION",
      `timeout: expected more than the heartbeat of ${formatTime(heartbeat)}, got ${formatTime(timeout)}`,
    );
  }
  if (!Number.isSafeInteger(replicationTimeout) || !within(replicationTimeout)) {
    throw new StandinRangeError(
      "DETECTION_OPTION",
      `replicationTimeout: expected whole nanoseconds from 0 to an hour, got ${replicationTimeout}`,
    );
  }
  checkPaths(paths);
  return { heartbeat, timeout, paths, trafficCounts, replicationTimeout };
}

function within(timeoutNs: Nanoseconds): boolean {
  return timeoutNs >= 0 && timeoutNs <= TIMEOUT_NS_MAX;
}

function checkPaths(paths: readonly PathName[]): void {
  const known = paths.every((path) => pathNames.includes(path));
  if (known && paths.length > 0 && new Set(paths).size === paths.length) return;
  const given = paths.length === 0 ? "none" : paths.map((path) => `"${path}"`).join(", ");
  throw new StandinRangeError(
    "DETECTION_PATH",
    `paths: expected some of ${pathNames.join(", ")}, each once, got ${given}`,
  );
}
