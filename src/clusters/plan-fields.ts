import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";
import {
  type LongTimeBounds,
  longTimeOf,
  rateOf,
  show,
  sizeOf,
  type TimeBounds,
  timeOf,
} from "./quantity-text.ts";

/** Most items of any list of a plan. */
export const ITEMS_MAX = 10_000;

/** Longest time that a plan can name: a hundred days. */
export const TIME_MAX_NS: Nanoseconds = 8_640_000_000_000_000;

const ANY_TIME: TimeBounds = { leastNs: 1, mostNs: TIME_MAX_NS };

/**
 * One object of a plan that came from outside and may be anything: gives its fields, each checked, and at
 * the end refuses what nobody has asked for.
 */
export class PlanFields {
  readonly path: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** @throws StandinTypeError `CLUSTER_FIELD` for what is no object. */
  constructor(path: string, given: unknown) {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      throw new StandinTypeError(
        "CLUSTER_FIELD",
        `${path}: expected an object, got ${show(given)}`,
      );
    }
    this.path = path;
    this.#fields = given as Readonly<Record<string, unknown>>;
  }

  /** Whether a field is there that may be left out. */
  has(name: string): boolean {
    this.#asked.add(name);
    return Object.hasOwn(this.#fields, name);
  }

  /** Where a field stands, for messages. */
  pathOf(name: string): string {
    return `${this.path}.${name}`;
  }

  /** A name: 1 to 64 printable characters of ASCII. */
  name(name: string, fallback?: string): string {
    const given = this.#take(name, fallback);
    if (typeof given === "string" && /^[ -~]{1,64}$/.test(given)) return given;
    return this.#wrong(name, "1 to 64 printable ASCII characters", given);
  }

  /** One of some words. */
  word<const Word extends string>(name: string, words: readonly Word[], fallback?: Word): Word {
    const given = this.#take(name, fallback);
    const found = words.find((word) => word === given);
    return found ?? this.#out(name, `one of ${words.join(", ")}`, given);
  }

  /** A whole number. */
  count(name: string, least: number, most: number, fallback?: number): number {
    const given = this.#take(name, fallback);
    if (typeof given !== "number") return this.#wrong(name, "a number", given);
    if (Number.isSafeInteger(given) && given >= least && given <= most) return given;
    return this.#out(name, `a whole number from ${least} to ${most}`, given);
  }

  /** A probability, 0 to 1. */
  chance(name: string): number {
    const given = this.#take(name);
    if (typeof given !== "number") return this.#wrong(name, "a number", given);
    return given >= 0 && given <= 1 ? given : this.#out(name, "from 0 to 1", given);
  }

  /** A time; `fallback` is one that needs no check. */
  time(name: string, bounds: Partial<TimeBounds> = {}, fallback?: Nanoseconds): Nanoseconds {
    if (!this.has(name) && fallback !== undefined) return fallback;
    return timeOf(this.pathOf(name), this.#take(name), { ...ANY_TIME, ...bounds });
  }

  /** A time in milliseconds, which may be years. */
  longTime(name: string, bounds: LongTimeBounds): number {
    return longTimeOf(this.pathOf(name), this.#take(name), bounds);
  }

  /** A size, in bytes. */
  size(name: string): number {
    return sizeOf(this.pathOf(name), this.#take(name));
  }

  /** A rate, in bits a second. */
  rate(name: string): number {
    return rateOf(this.pathOf(name), this.#take(name));
  }

  /** An object within. */
  object(name: string): PlanFields {
    return new PlanFields(this.pathOf(name), this.#take(name));
  }

  /** Objects of a list within; none if it is not there. */
  list(name: string): PlanFields[] {
    const given = this.#take(name, []);
    if (!Array.isArray(given)) return this.#wrong(name, "a list", given);
    if (given.length > ITEMS_MAX) {
      return this.#out(name, `at most ${ITEMS_MAX} items`, given.length);
    }
    return given.map((item, index) => new PlanFields(`${this.pathOf(name)}[${index}]`, item));
  }

  /** Names of a list of exactly two different ones. */
  pair(name: string): readonly [string, string] {
    const given = this.#take(name);
    if (Array.isArray(given) && given.length === 2) {
      const [one, other] = given as readonly unknown[];
      if (typeof one === "string" && typeof other === "string" && one !== other)
        return [one, other];
    }
    return this.#wrong(name, "a list of two different names", given);
  }

  /** @throws StandinTypeError `CLUSTER_FIELD` for a field that nobody has asked for: most likely misspelt. */
  end(): void {
    const unknown = Object.keys(this.#fields).find((name) => !this.#asked.has(name));
    if (unknown === undefined) return;
    const known = [...this.#asked].join(", ");
    throw new StandinTypeError(
      "CLUSTER_FIELD",
      `${this.path}: expected no fields but ${known}, got ${show(unknown)}`,
    );
  }

  /** Refuses a field's value. */
  refuse(name: string, expected: string, given: unknown): never {
    return this.#out(name, expected, given);
  }

  #take(name: string, fallback?: unknown): unknown {
    this.#asked.add(name);
    return this.has(name) ? this.#fields[name] : fallback;
  }

  #wrong(name: string, expected: string, given: unknown): never {
    const message = `${this.pathOf(name)}: expected ${expected}, got ${show(given)}`;
    throw new StandinTypeError("CLUSTER_FIELD", message);
  }

  #out(name: string, expected: string, given: unknown): never {
    const message = `${this.pathOf(name)}: expected ${expected}, got ${show(given)}`;
    throw new StandinRangeError("CLUSTER_VALUE", message);
  }
}
