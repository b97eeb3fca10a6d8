import type { Nanoseconds } from "../sim/time.ts";
import type { Violation } from "../verify/invariant.ts";
import type { Failover } from "./failover-log.ts";
import type { CheckpointMetrics, ClientMetrics, Metrics } from "./metrics.ts";

/** What a run's trace does not say; whoever ran it knows. */
export interface RunFacts {
  readonly scenario: string;
  readonly seed: number;
  readonly runHash: string;
  readonly virtualTimeNs: Nanoseconds;
  /** Steps the engine made. */
  readonly events: number;
  /**
   * Requests that were acknowledged and that the machine does not hold; `null` if that cannot be
   * told, because nobody served the machine when the run ended.
   */
  readonly lost: number | null;
  /** Requests that the machine executed more than once; `null` as above. */
  readonly duplicated: number | null;
  /** Names of the invariants that were checked. */
  readonly checked: readonly string[];
  readonly violations: readonly Violation[];
}

/** The figures of one run, as `standin run --json` prints them: plain data, keys in this order. */
export interface RunReport {
  readonly scenario: string;
  readonly seed: number;
  readonly runHash: string;
  readonly virtualTimeNs: Nanoseconds;
  readonly events: number;
  readonly clients: ClientMetrics & Pick<RunFacts, "lost" | "duplicated">;
  readonly checkpoints: CheckpointMetrics;
  readonly failovers: readonly Failover[];
  readonly invariants: {
    readonly checked: readonly string[];
    readonly violations: readonly Violation[];
  };
}

/** Puts together what the trace says and what it does not. */
export function runReport(metrics: Metrics, facts: RunFacts): RunReport {
  const { scenario, seed, runHash, virtualTimeNs, events, lost, duplicated } = facts;
  const { issued, acknowledged, latencyNs } = metrics.clients;
  const violations = facts.violations.map(({ name, atNs, detail }) => ({ name, atNs, detail }));
  return {
    scenario,
    seed,
    runHash,
    virtualTimeNs,
    events,
    clients: { issued, acknowledged, lost, duplicated, latencyNs },
    checkpoints: metrics.checkpoints,
    failovers: metrics.failovers,
    invariants: { checked: [...facts.checked], violations },
  };
}
