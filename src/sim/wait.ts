/**
 * What a process hands to the engine when it waits: a delay in nanoseconds, or {@link PARKED}.
 * Processes do not yield these by hand; `yield* sleep(…)`, `yield* channel.receive()` and their like do.
 */
export type Wait = number;

/** The wait of a process that somebody else will wake. */
export const PARKED: Wait = -1;

/**
 * What the engine passes to a process that it resumes. Anything but undefined would do: that is what
 * the first `next` of a `yield*` passes, so an iterator without state can tell the two apart.
 */
export const RESUMED = 1;
