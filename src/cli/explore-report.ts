import { replayCommand } from "../explore/describe-exploration.ts";
import type { ExploreMode, ExploreResult } from "../explore/explore.ts";
import type { RunCase, RunFailure } from "../explore/run-case.ts";
import type { NamedRun } from "../explore/run-literal.ts";
import type { Shrunk } from "../explore/shrink.ts";

/** A run that was shrunk, with its hash. */
export interface HashedShrunk extends Shrunk {
  readonly hash: string;
}

/** A run as the files hold it that `standin replay` reads. */
export type ReportedRun = Pick<NamedRun, "scenario"> & RunCase;

/** A run that failed, for a program. */
export interface ReportedFinding {
  /** Number in the sweep, from 0. */
  readonly index: number;
  readonly failure: RunFailure;
  readonly run: ReportedRun;
  readonly hash: string;
  /** `null` if it was not shrunk. */
  readonly shrunk: {
    readonly run: ReportedRun;
    readonly failure: RunFailure;
    readonly hash: string;
    /** Runs that it took. */
    readonly runs: number;
  } | null;
  /** Command that replays the smallest run. */
  readonly replay: string;
}

/** What `standin explore --json` prints: plain data, keys in this order, no wall time. */
export interface ExploreReport {
  readonly scenario: string;
  readonly mode: ExploreMode;
  readonly sweep: string;
  readonly status: ExploreResult["status"];
  readonly runs: number;
  readonly unsurvivable: number;
  readonly findings: readonly ReportedFinding[];
  readonly missing: readonly string[];
}

/**
 * Puts the report together.
 *
 * @param source What finds the scenario again: its name, or the path of its module.
 * @param shrunk For each finding what it was shrunk to, or nothing at all.
 */
export function exploreReport(
  result: ExploreResult,
  mode: ExploreMode,
  source: string,
  shrunk: readonly HashedShrunk[],
): ExploreReport {
  const { scenario, sweep, status, runs, unsurvivable } = result;
  const findings = result.status === "fails" ? result.findings : [];
  return {
    scenario,
    mode,
    sweep,
    status,
    runs,
    unsurvivable,
    findings: findings.map(({ index, failure, run, hash }, position) => {
      const small = shrunk[position];
      return {
        index,
        failure: ordered(failure),
        run: { scenario: source, ...run },
        hash,
        shrunk: small === undefined ? null : reported(small, source),
        replay: replayCommand(source, (small ?? { run }).run),
      };
    }),
    missing: result.status === "missed" ? result.missing : [],
  };
}

function reported({ run, failure, hash, runs }: HashedShrunk, source: string) {
  return { run: { scenario: source, ...run }, failure: ordered(failure), hash, runs };
}

/** A failure with its keys in one order, whichever check noticed it. */
export function ordered({ kind, name, atNs, detail }: RunFailure): RunFailure {
  return { kind, name, atNs, detail };
}
