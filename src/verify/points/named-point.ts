import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import type { Engine } from "../../sim/engine.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { TraceRecord } from "../../sim/trace.ts";
import { Held } from "./held.ts";
import { OccurrenceCounter, type PointFilter } from "./occurrence-counter.ts";
import type { Point } from "./points.ts";
import type { StepEnd } from "./step-end.ts";

/** What a point needs in order to do something to a run. */
export interface PointParties {
  readonly engine: Engine;
  readonly network: Network;
  readonly stepEnd: StepEnd;
}

/** What is to happen when a record comes; it is dropped when it returns true. */
export type Watch = (record: TraceRecord) => boolean;

/** Most things that wait at one point. */
const WATCHES_MAX = 65_536;

/**
 * A point with what is to happen there. Each of its methods counts occurrences for itself, from its
 * call on.
 */
export class NamedPoint {
  readonly #point: Point;
  readonly #parties: PointParties;
  readonly #filter: PointFilter;
  readonly #watches: Watch[];

  /** Made by `points.when(…)`, which shows the records of its kind to `watches`. */
  constructor(point: Point, parties: PointParties, filter: PointFilter, watches: Watch[]) {
    // Checked here, where the caller can see it.
    new OccurrenceCounter(filter);
    this.#point = point;
    this.#parties = parties;
    this.#filter = filter;
    this.#watches = watches;
  }

  /**
   * Calls `look` with every record that fits, or with the one of the given occurrence. It is called in
   * the middle of a step: it may look at everything, and must leave hosts and engine alone.
   */
  observe(look: (record: TraceRecord) => void): this {
    const counter = new OccurrenceCounter(this.#filter);
    this.#watch((record) => {
      if (counter.matches(record)) look(record);
      return counter.isOver;
    });
    return this;
  }

  /**
   * Crashes a host at the point, at its first occurrence unless another is given: before the process
   * that came there takes its next step.
   *
   * @throws StandinRangeError `NO_SUCH_HOST` if there is none of this name.
   */
  crash(host: Host | string): this {
    const crashed = this.#host(host);
    return this.#once(() => this.#parties.stepEnd.call(() => crashed.crash()));
  }

  /**
   * Pauses a host at the point, at its first occurrence unless another is given, and lets it go on
   * later. Nothing happens to a host that is off or paused then.
   *
   * @param forNs How long, in true time.
   * @throws StandinRangeError `PAUSE` if not whole nanoseconds from 1, `NO_SUCH_HOST` if there is none
   *   of this name.
   */
  pause(host: Host | string, forNs: Nanoseconds): this {
    if (!Number.isSafeInteger(forNs) || forNs < 1) {
      throw new StandinRangeError(
        "PAUSE",
        `forNs: expected whole nanoseconds from 1, got ${forNs}`,
      );
    }
    const paused = this.#host(host);
    const { engine, stepEnd } = this.#parties;
    const pause = (): void => {
      if (!paused.runs) return;
      const { incarnation } = paused;
      paused.pause();
      engine.schedule(forNs, () => {
        if (paused.incarnation === incarnation) paused.resume();
      });
    };
    return this.#once(() => stepEnd.call(pause));
  }

  /**
   * Keeps the process that comes to the point there, at its first occurrence unless another is given,
   * until it is released. Everything else goes on.
   *
   * @throws StandinRangeError `POINT_NOT_ANNOUNCED` for a record in the middle of a step, or that no
   *   process makes: nobody can be kept there.
   */
  hold(): Held {
    if (!this.#point.announced) {
      throw new StandinRangeError(
        "POINT_NOT_ANNOUNCED",
        `hold: expected a point that a process announces, got "${this.#point.kind}"`,
      );
    }
    const held = new Held();
    const { engine } = this.#parties;
    this.#once((record) => held.reach(record, () => engine.holdRunning()));
    return held;
  }

  #once(action: (record: TraceRecord) => void): this {
    const { occurrence = 1 } = this.#filter;
    const counter = new OccurrenceCounter({ ...this.#filter, occurrence });
    this.#watch((record) => {
      if (counter.matches(record)) action(record);
      return counter.isOver;
    });
    return this;
  }

  #watch(watch: Watch): void {
    if (this.#watches.length >= WATCHES_MAX) {
      throw new StandinRangeError("POINT_FULL", `point: expected at most ${WATCHES_MAX} watches`);
    }
    this.#watches.push(watch);
  }

  #host(host: Host | string): Host {
    return typeof host === "string" ? this.#parties.network.host(host) : host;
  }
}
