import { type Awaitable, PENDING } from "./awaitable.ts";
import { StandinRangeError, StandinTypeError } from "./errors.ts";
import type { Process } from "./process.ts";
import type { Nanoseconds } from "./time.ts";
import { PARKED } from "./wait.ts";

/** What may take part in a race, by key. */
export type Racers = Readonly<Record<string, Awaitable<unknown>>>;

/** The end of a race that somebody won: the winner's key and what it gave. */
export type RaceWin<R extends Racers> = {
  [K in keyof R & string]: {
    readonly key: K;
    readonly value: R[K] extends Awaitable<infer T> ? T : never;
  };
}[keyof R & string];

/** The end of a race that nobody won in time. */
export type RaceTimeout = { readonly key: "timeout" };

/**
 * Waits for the first of several: `const next = yield* race({ group: link.receive(), stop: halt.wait() })`,
 * then `next.key` tells which, and `next.value` is typed accordingly. Only the winner's value is
 * taken: what the others have stays where it is. Of several that are ready the first key wins.
 *
 * @throws StandinTypeError if there is nothing to wait for.
 */
export function race<const R extends Racers>(racers: R): Process<RaceWin<R>>;
/**
 * Waits for the first of several, or for the limit: then `key` is `"timeout"`. Something that is ready
 * when the limit is reached still wins. While the owner is paused the limit stands still.
 *
 * @throws StandinTypeError if there is nothing to wait for, or something is called `"timeout"`.
 * @throws StandinRangeError if the limit is not a non-negative safe integer.
 */
export function race<const R extends Racers>(
  racers: R,
  limitNs: Nanoseconds | undefined,
): Process<RaceWin<R> | RaceTimeout>;
export function* race(
  racers: Racers,
  limitNs?: Nanoseconds,
): Process<{ readonly key: string; readonly value?: unknown }> {
  const entries = Object.entries(racers);
  const first = entries[0]?.[1];
  if (first === undefined || Object.hasOwn(racers, "timeout")) {
    const given = first === undefined ? "none" : 'one called "timeout"';
    throw new StandinTypeError("RACERS", `race: expected things to wait for, got ${given}`);
  }
  if (limitNs !== undefined && (!Number.isSafeInteger(limitNs) || limitNs < 0)) {
    throw new StandinRangeError("LIMIT", `race: expected whole nanoseconds, got ${limitNs}`);
  }
  // The owner's clock stands still in a pause, and so does the limit.
  const clock = first.condition.currentClock();
  const endNs = limitNs === undefined ? undefined : clock.clockNs + limitNs;
  let isOver = false;
  for (;;) {
    for (const [key, racer] of entries) {
      const value = racer.condition.poll(racer.poll);
      if (value !== PENDING) return { key, value };
    }
    if (isOver) return { key: "timeout" };
    for (const [, racer] of entries) racer.condition.park();
    yield endNs === undefined ? PARKED : endNs - clock.clockNs;
    // Woken by a hint exactly at the limit: if nobody is ready in this round either, it is over.
    isOver = endNs !== undefined && clock.clockNs >= endNs;
  }
}
