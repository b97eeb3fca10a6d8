import { assert } from "../../sim/assert.ts";
import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import type { TraceRecord, TraceSink } from "../../sim/trace.ts";
import type { StandinRecord } from "../standin-record.ts";
import type { EventuallyProperty, Property, PropertyFailure } from "./property.ts";

/** Most waits of one property at a time. */
const WAITS_MAX = 65_536;

/** Most failures kept of one run. */
const FAILURES_MAX = 100;

interface Waiting {
  readonly property: EventuallyProperty;
  /** Since when, by key; in the order in which they began. */
  readonly since: Map<string, Nanoseconds>;
}

/** Watches the properties of one run. */
export class PropertyMonitor implements TraceSink {
  readonly #always: readonly {
    readonly name: string;
    readonly observe: (record: StandinRecord, atNs: Nanoseconds) => string | undefined;
  }[];
  readonly #waiting: readonly Waiting[];
  readonly #properties: readonly Property[];
  readonly #failures: PropertyFailure[] = [];
  readonly #happened = new Set<string>();

  constructor(properties: readonly Property[]) {
    this.#properties = properties;
    this.#always = properties
      .filter((property) => property.type === "always")
      .map((property) => ({ name: property.name, observe: property.observer() }));
    this.#waiting = properties
      .filter((property) => property.type === "eventually")
      .map((property) => ({ property, since: new Map() }));
  }

  /** What failed so far, in the order in which it was noticed. */
  get failures(): readonly PropertyFailure[] {
    return this.#failures;
  }

  /** Names of the `sometimes` properties that happened. */
  get happened(): ReadonlySet<string> {
    return this.#happened;
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as StandinRecord;
    for (const property of this.#properties) {
      if (property.type === "sometimes" && property.happens(record)) {
        this.#happened.add(property.name);
      }
    }
    for (const { name, observe } of this.#always) {
      const detail = observe(record, atNs);
      if (detail !== undefined) this.#fail({ name, atNs, detail });
    }
    for (const { property, since } of this.#waiting) {
      this.#expire({ property, since }, atNs);
      for (const key of property.ends(record)) since.delete(key);
      const key = property.begins(record);
      if (key === undefined || since.has(key)) continue;
      assert(since.size < WAITS_MAX, "the waits of a property are bounded");
      since.set(key, atNs);
    }
  }

  /** The run has ended: what has waited for too long has failed. */
  end(atNs: Nanoseconds): void {
    for (const waiting of this.#waiting) this.#expire(waiting, atNs);
  }

  #expire({ property, since }: Waiting, atNs: Nanoseconds): void {
    for (const [key, sinceNs] of since) {
      // They began in this order and all wait equally long.
      if (atNs - sinceNs <= property.withinNs) return;
      since.delete(key);
      const detail = `${key}: expected within ${formatTime(property.withinNs)} of ${formatTime(sinceNs)}`;
      this.#fail({ name: property.name, atNs: sinceNs + property.withinNs, detail });
    }
  }

  #fail(failure: PropertyFailure): void {
    if (this.#failures.length < FAILURES_MAX) this.#failures.push(failure);
  }
}
