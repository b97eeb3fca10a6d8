import { assert } from "../../sim/assert.ts";
import type { Engine, RunResult } from "../../sim/engine.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { TraceRecord, TraceSink } from "../../sim/trace.ts";
import { OccurrenceCounter } from "../points/occurrence-counter.ts";
import { StepEnd } from "../points/step-end.ts";
import { Atlas, type AtlasMachine } from "./atlas.ts";
import { checkPlan } from "./check-plan.ts";
import { durationOf, type Fault, type FaultPlan, isLinkFault } from "./fault.ts";
import { FaultEffects, type FaultParties } from "./fault-effects.ts";
import { parsePlan } from "./parse-plan.ts";
import type { PlanRecord } from "./records.ts";

/** What a plan is done to; a `Simulation` is one. */
export interface PlanParties extends FaultParties {
  /** Machines there are already, for the guard. Default none. */
  readonly machines?: readonly AtlasMachine[];
}

/** How a plan is done. */
export interface PlanInjectorOptions {
  /**
   * A fault that would be more than a pair promises to survive is skipped. If false it is done, and
   * the plan is {@link PlanInjector.unsurvivable} from then on. Default true.
   */
  readonly spareLastCopy?: boolean;
  /**
   * What knows who has a copy. It must have been added to the trace. Default: one that starts from
   * `machines`, and takes the host called `"witness"` for the witness's.
   */
  readonly atlas?: Atlas;
  /** Kinds of records, besides those of the library, at which faults may begin. Default none. */
  readonly ownKinds?: readonly string[];
}

/** A fault that waits for a point. */
interface PointWait {
  readonly index: number;
  readonly counter: OccurrenceCounter;
}

/**
 * Makes the faults of a plan happen. Times and points need nothing but a run of the engine. Faults
 * before an event need somebody who stops the engine there: {@link PlanInjector.run}, or whoever
 * looks at {@link PlanInjector.nextEvent}.
 */
export class PlanInjector {
  readonly plan: FaultPlan;
  readonly #engine: Engine;
  readonly #effects: FaultEffects;
  readonly #stepEnd: StepEnd;
  readonly #atlas: Atlas;
  readonly #sparesLastCopy: boolean;
  /** Indexes of faults that have not begun, in the order of the plan. */
  readonly #pending: Set<number> = new Set();
  /** What ends the faults that go on, by index, in the order of their beginning. */
  readonly #ends: Map<number, () => void> = new Map();
  readonly #pointWaits: Map<string, PointWait[]> = new Map();
  /** Added to the trace while a fault waits for a point. */
  readonly #sink: TraceSink = {
    record: (_atNs, _position, record) => this.#passPoint(record),
  };
  #unsurvivable: string | undefined;

  /**
   * Schedules the faults, from the present state on.
   *
   * @param plan Checked and copied.
   * @throws StandinRangeError, StandinTypeError as `parsePlan` and `checkPlan` do; `PLAN_PAST` for a
   *   time or an event that is over.
   */
  constructor(parties: PlanParties, plan: FaultPlan, options: PlanInjectorOptions = {}) {
    const { engine, network, machines = [] } = parties;
    const { spareLastCopy = true, atlas, ownKinds = [] } = options;
    this.plan = parsePlan(plan);
    checkPlan(this.plan, network, ownKinds);
    checkAhead(this.plan, engine);
    this.#engine = engine;
    this.#effects = new FaultEffects(parties);
    this.#stepEnd = new StepEnd(engine);
    this.#sparesLastCopy = spareLastCopy;
    this.#atlas = atlas ?? new Atlas({ machines });
    if (atlas === undefined) engine.trace.addSink(this.#atlas);
    for (const [index, fault] of this.plan.faults.entries()) this.#schedule(index, fault);
    if (this.#pointWaits.size > 0) engine.trace.addSink(this.#sink);
  }

  /**
   * Why what was lost is no defect: the first fault that was more than a pair promises to survive and
   * was done all the same. Undefined as long as there is none.
   */
  get unsurvivable(): string | undefined {
    return this.#unsurvivable;
  }

  /** Indexes of faults that have not begun: at the end of a run, those whose moment never came. */
  get pending(): readonly number[] {
    return [...this.#pending];
  }

  /** The first event before which a fault is to begin; undefined if there is none. */
  nextEvent(): number | undefined {
    let next: number | undefined;
    for (const index of this.#pending) {
      const event = eventOf(this.plan.faults[index]);
      if (event !== undefined && (next === undefined || event < next)) next = event;
    }
    return next;
  }

  /**
   * Begins the faults that are to begin before an event. The engine stands still right before it: it
   * has run as many events as come before.
   *
   * @throws StandinRangeError `PLAN_EVENT` if the engine stands elsewhere.
   */
  fireEvent(event: number): void {
    const { events } = this.#engine;
    if (events !== event - 1) {
      throw new StandinRangeError(
        "PLAN_EVENT",
        `fireEvent: expected an engine that has run ${event - 1} events, got one that has run ${events}`,
      );
    }
    for (const index of this.#pending) {
      if (eventOf(this.plan.faults[index]) === event) this.#begin(index);
    }
  }

  /**
   * Runs the engine until a time, and stops it on the way before every event that a fault waits for.
   * Call it again to go on. What it returns is what one run of the engine would.
   *
   * @throws StandinRangeError `PLAN_EVENT` if the engine was run past such an event by somebody else.
   * @throws As `engine.run` does.
   */
  run(until: Nanoseconds): RunResult {
    const engine = this.#engine;
    const eventsBefore = engine.events;
    for (;;) {
      const event = this.nextEvent();
      if (event !== undefined && event <= engine.events) this.fireEvent(event);
      const limit = event === undefined ? {} : { maxEvents: event - 1 - engine.events };
      const result = engine.run({ until, ...limit });
      if (event === undefined || result.reason !== "events") {
        return { ...result, events: engine.events - eventsBefore };
      }
      this.fireEvent(event);
    }
  }

  /**
   * Ends every fault that goes on and forgets those that have not begun: links and hosts are as if no
   * fault had ever lasted. What has crashed stays off, and clocks that jumped stay wrong.
   */
  healAll(): void {
    this.#pending.clear();
    for (const index of [...this.#ends.keys()]) this.#end(index);
    this.#pointWaits.clear();
    this.#engine.trace.removeSink(this.#sink);
  }

  #schedule(index: number, fault: Fault): void {
    const { at } = fault;
    this.#pending.add(index);
    if ("atNs" in at) {
      this.#engine.at(at.atNs, () => this.#begin(index));
    } else if ("point" in at) {
      const { point, ...filter } = at;
      const waits = this.#pointWaits.get(point) ?? [];
      waits.push({ index, counter: new OccurrenceCounter(filter) });
      this.#pointWaits.set(point, waits);
    }
  }

  #passPoint(record: TraceRecord): void {
    const waits = this.#pointWaits.get(record.kind);
    if (waits === undefined) return;
    for (const { index, counter } of waits) {
      if (counter.matches(record)) this.#stepEnd.call(() => this.#begin(index));
    }
    const left = waits.filter(({ counter }) => !counter.isOver);
    if (left.length > 0) this.#pointWaits.set(record.kind, left);
    else this.#pointWaits.delete(record.kind);
  }

  #begin(index: number): void {
    // Everything was healed meanwhile.
    if (!this.#pending.delete(index)) return;
    const fault = this.#fault(index);
    const now = this.#engine.now;
    const objection = this.#atlas.objection(fault, now);
    const of = { fault: index, what: fault.kind, ...targetOf(fault) };
    if (objection !== undefined) {
      if (this.#sparesLastCopy) {
        this.#record({ kind: "fault.skipped", reason: objection, ...of });
        return;
      }
      this.#unsurvivable ??= `faults[${index}] (${fault.kind}): ${objection}`;
    }
    const forNs = durationOf(fault);
    this.#record({ kind: "fault.started", forNs: forNs ?? 0, ...of });
    const end = this.#effects.begin(fault, nameOf(this.plan, index));
    if (forNs === undefined) return;
    this.#ends.set(index, end);
    // One that would end after all time does not end.
    if (Number.isSafeInteger(now + forNs)) this.#engine.schedule(forNs, () => this.#end(index));
  }

  #end(index: number): void {
    const end = this.#ends.get(index);
    // Healed before its time.
    if (end === undefined) return;
    this.#ends.delete(index);
    const fault = this.#fault(index);
    this.#record({ kind: "fault.ended", fault: index, what: fault.kind, ...targetOf(fault) });
    end();
  }

  #fault(index: number): Fault {
    const fault = this.plan.faults[index];
    assert(fault !== undefined, "a fault that begins or ends is in the plan");
    return fault;
  }

  #record(record: PlanRecord): void {
    this.#engine.trace.emit<PlanRecord>(record);
  }
}

function eventOf(fault: Fault | undefined): number | undefined {
  return fault !== undefined && "event" in fault.at ? fault.at.event : undefined;
}

function targetOf(fault: Fault) {
  if (!isLinkFault(fault)) return { host: fault.host };
  return { from: fault.from, to: fault.to, oneWay: fault.oneWay === true };
}

/**
 * Names a fault for its draws: by kind, ends and a number among those with the same. So a fault
 * draws the same whichever others are added, dropped, moved or made weaker.
 */
function nameOf({ faults }: FaultPlan, index: number): string {
  const endsOf = (fault: Fault | undefined): string => {
    if (fault === undefined || !isLinkFault(fault)) return "";
    const { kind, from, to } = fault;
    return from < to ? `${kind} ${from} - ${to}` : `${kind} ${to} - ${from}`;
  };
  const ends = endsOf(faults[index]);
  const number = faults.slice(0, index + 1).filter((each) => endsOf(each) === ends).length;
  return `fault ${ends} ${number}`;
}

function checkAhead({ faults }: FaultPlan, engine: Engine): void {
  for (const [index, { at }] of faults.entries()) {
    const path = `faults[${index}].at`;
    if ("atNs" in at && at.atNs < engine.now) {
      const expected = `expected a time from now (${engine.now}) on`;
      throw new StandinRangeError("PLAN_PAST", `${path}.atNs: ${expected}, got ${at.atNs}`);
    }
    if ("event" in at && at.event <= engine.events) {
      const expected = `expected an event after the ${engine.events} that have happened`;
      throw new StandinRangeError("PLAN_PAST", `${path}.event: ${expected}, got ${at.event}`);
    }
  }
}
