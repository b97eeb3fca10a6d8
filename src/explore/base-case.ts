import type { RunCase } from "./run-case.ts";

/** What a sweep varies the faults of: a run without its plan. */
export type BaseCase = Omit<RunCase, "plan">;
