/**
 * Exploration on several threads, where the engine has them.
 *
 * @packageDocumentation
 */
export type { ExploreMode, ExploreResult, Finding } from "./explore/explore.ts";
export { exploreInWorkers, type WorkerOptions } from "./workers/explore-in-workers.ts";
export type { WorkerExploreOptions } from "./workers/message.ts";
export { WorkerError } from "./workers/worker-error.ts";
