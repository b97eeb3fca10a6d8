import { assert } from "../sim/assert.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { sleep } from "../sim/process.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { Wait } from "../sim/wait.ts";
import type { HostRecord } from "./records.ts";

/** Slowest clock: half as fast as true time. */
export const DRIFT_PPM_MIN = -500_000;

/** Fastest clock: twice as fast as true time. */
export const DRIFT_PPM_MAX = 1_000_000;

const PPM = 1_000_000;

/**
 * A host's clock. It shows
 *
 * offset + ticks, where ticks grow by (1,000,000 + drift) / 1,000,000 per nanosecond that the host runs
 *
 * in integers, rounded down. While the host is paused it stands still, and is behind for ever after. A
 * change of the drift changes the speed, never the time shown; only the offset makes it jump, and
 * whoever sleeps does not notice a jump. Power does not matter to it: it has a battery.
 */
export class HostClock {
  readonly #engine: Engine;
  readonly #hostName: string;
  #offsetNs = 0;
  #driftPpm = 0;
  /** Length of all pauses that are over. */
  #stoodStillNs: Nanoseconds = 0;
  /** When the present pause began; undefined while the clock runs. */
  #stoppedAtNs: Nanoseconds | undefined;
  /** Running time and ticks at the last change of the drift. */
  #anchorNs: Nanoseconds = 0;
  #anchorTicks = 0;

  constructor(engine: Engine, hostName: string) {
    this.#engine = engine;
    this.#hostName = hostName;
    this.#anchorNs = engine.now;
    this.#anchorTicks = engine.now;
  }

  /** The time shown. Less than 0 is possible with an offset less than 0. */
  now(): Nanoseconds {
    return this.#offsetNs + this.#ticks();
  }

  /**
   * The ticks alone: never goes back or jumps, whatever is done to the offset. What a program measures
   * durations with; `now()` is for telling the time.
   */
  monotonic(): Nanoseconds {
    return this.#ticks();
  }

  /** What is added to the ticks. */
  get offset(): number {
    return this.#offsetNs;
  }

  /** How much faster than true time it runs, in millionths. */
  get drift(): number {
    return this.#driftPpm;
  }

  /** True while the host is paused. */
  get standsStill(): boolean {
    return this.#stoppedAtNs !== undefined;
  }

  /**
   * Waits until the clock has advanced by `localNs`, at its present speed: `yield* clock.sleep(ms(2))`.
   *
   * @throws StandinRangeError if the duration is not whole nanoseconds from 0.
   */
  sleep(localNs: Nanoseconds): Iterable<Wait, void, unknown> {
    return sleep(this.toGlobal(localNs));
  }

  /**
   * The least true duration after which the clock has advanced by `localNs`, at its present speed and
   * from the present moment.
   *
   * @throws StandinRangeError `DURATION` if it is not whole nanoseconds from 0.
   */
  toGlobal(localNs: Nanoseconds): Nanoseconds {
    if (!Number.isSafeInteger(localNs) || localNs < 0) {
      throw new StandinRangeError(
        "DURATION",
        `localNs: expected whole nanoseconds from 0, got ${localNs}`,
      );
    }
    if (this.#driftPpm === 0) return localNs;
    const wantedTicks = this.#ticks() - this.#anchorTicks + localNs;
    const speed = PPM + this.#driftPpm;
    const rest = wantedTicks % speed;
    // The least running time whose ticks, rounded down, are enough.
    const endNs = ((wantedTicks - rest) / speed) * PPM + Math.ceil((rest * PPM) / speed);
    // On a slow clock the present ticks began earlier than now.
    return Math.max(endNs - (this.#runningNs() - this.#anchorNs), 0);
  }

  /**
   * Makes the clock jump so that it shows ticks + `offsetNs`. May go backwards.
   *
   * @throws StandinRangeError `CLOCK_OFFSET` if it is not a safe integer.
   */
  setOffset(offsetNs: number): void {
    if (!Number.isSafeInteger(offsetNs)) {
      throw new StandinRangeError(
        "CLOCK_OFFSET",
        `offset: expected whole nanoseconds, got ${offsetNs}`,
      );
    }
    this.#offsetNs = offsetNs;
    this.#record();
  }

  /**
   * Changes the speed from now on. Who sleeps already sleeps as long as it would have.
   *
   * @throws StandinRangeError `CLOCK_DRIFT` if it is not a whole number from {@link DRIFT_PPM_MIN} to
   *   {@link DRIFT_PPM_MAX}.
   */
  setDrift(driftPpm: number): void {
    if (!Number.isSafeInteger(driftPpm) || driftPpm < DRIFT_PPM_MIN || driftPpm > DRIFT_PPM_MAX) {
      throw new StandinRangeError(
        "CLOCK_DRIFT",
        `drift: expected whole millionths from ${DRIFT_PPM_MIN} to ${DRIFT_PPM_MAX}, got ${driftPpm}`,
      );
    }
    this.#anchorTicks = this.#ticks();
    this.#anchorNs = this.#runningNs();
    this.#driftPpm = driftPpm;
    this.#record();
  }

  /**
   * The host is paused.
   *
   * @internal
   */
  stop(): void {
    assert(this.#stoppedAtNs === undefined, "a clock that stands still is not stopped");
    this.#stoppedAtNs = this.#engine.now;
  }

  /**
   * The host goes on.
   *
   * @internal
   */
  start(): void {
    assert(this.#stoppedAtNs !== undefined, "a clock that runs is not started");
    this.#stoodStillNs += this.#engine.now - this.#stoppedAtNs;
    this.#stoppedAtNs = undefined;
  }

  /** True time without the pauses. */
  #runningNs(): Nanoseconds {
    return (this.#stoppedAtNs ?? this.#engine.now) - this.#stoodStillNs;
  }

  #ticks(): number {
    const sinceNs = this.#runningNs() - this.#anchorNs;
    assert(sinceNs >= 0, "the running time does not go backwards");
    if (this.#driftPpm === 0) return this.#anchorTicks + sinceNs;
    // In two parts, so that no product leaves the exact integers.
    const rest = sinceNs % PPM;
    const wholeDrift = ((sinceNs - rest) / PPM) * this.#driftPpm;
    return this.#anchorTicks + sinceNs + wholeDrift + Math.floor((rest * this.#driftPpm) / PPM);
  }

  #record(): void {
    this.#engine.trace.emit<HostRecord>({
      kind: "clock.changed",
      host: this.#hostName,
      offsetNs: this.#offsetNs,
      driftPpm: this.#driftPpm,
    });
  }
}
