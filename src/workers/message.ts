import type { ExploreOptions } from "../explore/explore.ts";
import type { RunOutcome } from "../explore/run-case.ts";
import type { SentError } from "./sent-error.ts";

/** What to explore in workers: an own property is a function, and functions cannot be sent. */
export type WorkerExploreOptions = Omit<ExploreOptions, "properties">;

/** What a worker is started with. */
export interface WorkerTask {
  readonly scenario: string;
  readonly options: WorkerExploreOptions;
  /** Shared: the number of the run that the worker is making, -1 before the first. */
  readonly current: Float64Array;
}

/** Consecutive runs of a sweep. */
export interface Chunk {
  /** Number of the first one. */
  readonly first: number;
  readonly count: number;
}

/** What a run came to, as much of it as is counted. */
export type SentOutcome = Pick<RunOutcome, "verdict" | "failure" | "hash" | "happened">;

/** What a worker made of a chunk. */
export interface ChunkOutcomes {
  readonly type: "outcomes";
  readonly first: number;
  readonly outcomes: readonly SentOutcome[];
  /** What the run after these threw; no other one of the chunk was made. */
  readonly error?: SentError;
  /** How long it took. */
  readonly elapsedMs: number;
}

/** What a worker says. */
export type WorkerMessage =
  /** It has prepared the sweep; name and size tell whether it is the same one. */
  | { readonly type: "ready"; readonly sweep: string; readonly size: number }
  /** It could not prepare it. */
  | { readonly type: "refused"; readonly error: SentError }
  | ChunkOutcomes;
