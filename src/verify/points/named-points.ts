import type { Network } from "../../host/network.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { TraceRecord, TraceSink } from "../../sim/trace.ts";
import { NamedPoint, type Watch } from "./named-point.ts";
import type { PointFilter } from "./occurrence-counter.ts";
import { pointOf } from "./points.ts";
import { StepEnd } from "./step-end.ts";

/** What named points work with. */
export interface NamedPointsOptions {
  readonly engine: Engine;
  readonly network: Network;
  /** Kinds of records that the caller's own processes announce. Default none. */
  readonly ownKinds?: readonly string[];
}

/**
 * The points at which a test can look, hold, pause or crash:
 *
 * ```ts
 * points.when("commit.sent", { occurrence: 3 }).crash("a");
 * const held = points.when("checkpoint.committed", { host: "b" }).hold();
 * ```
 *
 * (turmoil calls such points barriers.) It is a sink of the trace from the first `when` on.
 */
export class NamedPoints implements TraceSink {
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #ownKinds: readonly string[];
  readonly #stepEnd: StepEnd;
  readonly #watches: Map<string, Watch[]> = new Map();

  constructor({ engine, network, ownKinds = [] }: NamedPointsOptions) {
    this.#engine = engine;
    this.#network = network;
    this.#ownKinds = ownKinds;
    this.#stepEnd = new StepEnd(engine);
  }

  /**
   * A point: the next records of this kind, from now on, that fit the filter.
   *
   * @param kind One of the kinds in `points`, or of the caller's own.
   * @throws StandinRangeError `POINT` for an unknown kind, `OCCURRENCE` for one that is not a whole
   *   number from 1, `NO_SUCH_HOST` for a host that does not exist.
   */
  when(kind: string, filter: PointFilter = {}): NamedPoint {
    const point = pointOf(kind, this.#ownKinds, "when");
    if (filter.host !== undefined) this.#network.host(filter.host);
    if (this.#watches.size === 0) this.#engine.trace.addSink(this);
    let watches = this.#watches.get(kind);
    if (watches === undefined) {
      watches = [];
      this.#watches.set(kind, watches);
    }
    const parties = { engine: this.#engine, network: this.#network, stepEnd: this.#stepEnd };
    return new NamedPoint(point, parties, filter, watches);
  }

  record(_atNs: Nanoseconds, _position: number, record: TraceRecord): void {
    const watches = this.#watches.get(record.kind);
    if (watches === undefined) return;
    // In place, for the point has the same list. What is added meanwhile waits for the next record.
    const present = watches.length;
    let kept = 0;
    for (let i = 0; i < present; i += 1) {
      const watch = watches[i];
      if (watch === undefined || watch(record)) continue;
      watches[kept] = watch;
      kept += 1;
    }
    if (kept < present) watches.splice(kept, present - kept);
  }
}
