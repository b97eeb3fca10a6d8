import type { Awaitable } from "./awaitable.ts";
import { StandinRangeError, StandinTypeError } from "./errors.ts";
import type { Nanoseconds } from "./time.ts";
import type { Wait } from "./wait.ts";

/**
 * What a generator function that is a process, or a part of one, returns. Parts are called with
 * `yield*`: `const reply = yield* ask(server)`.
 */
export type Process<T = void> = Generator<Wait, T, unknown>;

/** A process from outside. */
export interface ProcessHandle<T = void> {
  readonly name: string;
  /** `"done"` when it returned, `"killed"` when it or its owner was killed. */
  readonly state: "running" | "done" | "killed";
  /** Ends it: it does not run again, and no `finally` of it does. Nothing happens if it has ended. */
  kill(): void;
  /**
   * Waits for what it returns. A killed process returns nothing, so the wait never ends: join it in
   * a race with a limit, or wait for {@link ProcessHandle.ended}.
   */
  join(): Awaitable<T>;
  /** Waits until it has ended, one way or the other. */
  ended(): Awaitable<"done" | "killed">;
}

const NOT_SLEEPING = -1;

/**
 * The only sleep there is: it is made, iterated and forgotten within one expression, so that one
 * object with two reused results serves every process. The iterator has no state of its own: the
 * first `next` of a `yield*` passes undefined, the one that ends the wait passes RESUMED.
 */
class Sleep implements Iterable<Wait, void, unknown>, Iterator<Wait, void, unknown> {
  delayNs: Nanoseconds = NOT_SLEEPING;
  readonly #wait: IteratorYieldResult<Wait> = { value: 0, done: false };
  readonly #end: IteratorReturnResult<void> = { value: undefined, done: true };

  [Symbol.iterator](): Iterator<Wait, void, unknown> {
    return this;
  }

  next(token?: unknown): IteratorResult<Wait, void> {
    if (token !== undefined) return this.#end;
    if (this.delayNs === NOT_SLEEPING) {
      throw new StandinTypeError(
        "KEPT_SLEEP",
        "expected a sleep that is made where it is waited for, got one that has been waited for before",
      );
    }
    this.#wait.value = this.delayNs;
    this.delayNs = NOT_SLEEPING;
    return this.#wait;
  }
}

const SLEEP = new Sleep();

/**
 * Waits, for use as `yield* sleep(ms(2))`. A sleep of 0 lets everything else run that is due now.
 * While the owner is paused its sleeps stand still: they last longer by the length of the pause.
 *
 * @throws StandinRangeError if the delay is not a non-negative safe integer.
 * @throws StandinTypeError if the sleep made before this one was never waited for: a `yield*` is
 *   missing there, or it was kept for later.
 */
export function sleep(delayNs: Nanoseconds): Iterable<Wait, void, unknown> {
  if (!Number.isSafeInteger(delayNs) || delayNs < 0) {
    throw new StandinRangeError(
      "DELAY",
      `sleep: expected a delay in whole nanoseconds from 0 to 2^53 - 1, got ${delayNs}`,
    );
  }
  if (takeForgottenSleep()) refuseForgottenSleep();
  SLEEP.delayNs = delayNs;
  return SLEEP;
}

/**
 * True if a sleep was made and nobody has waited for it, which is a forgotten `yield*`. Asking
 * forgets it.
 *
 * @internal
 */
export function takeForgottenSleep(): boolean {
  const isForgotten = SLEEP.delayNs !== NOT_SLEEPING;
  SLEEP.delayNs = NOT_SLEEPING;
  return isForgotten;
}

/** @internal */
export function refuseForgottenSleep(): never {
  throw new StandinTypeError(
    "FORGOTTEN_SLEEP",
    "expected yield* before every sleep(…), got a sleep that nobody waits for",
  );
}
