import { type Arbitrary, integer } from "fast-check";
import { ms, type Nanoseconds, ns, us } from "../sim/time.ts";
import { Simplified } from "./simplified.ts";

/** What a simple time is a multiple of, the coarsest first. */
const GRAINS: readonly Nanoseconds[] = [ms(100), ms(10), ms(1), us(100), us(10), us(1)];

/** What people count in. */
const STEPS = [1, 2, 5];

/** Times of 1, 2 or 5 in each power of ten up to 100 s. */
const ROUND: readonly Nanoseconds[] = Array.from({ length: 12 }, (_, power) => power).flatMap(
  (power) => STEPS.map((step) => ns(Number(`${step}e${power}`))),
);

/**
 * A time from 0 to less than `untilNs`. It shrinks to rounder ones, later if possible: a failure that
 * needs no exact moment ends at a multiple of 100 ms, where a run has long settled.
 */
export function momentNs(untilNs: Nanoseconds): Arbitrary<Nanoseconds> {
  return new Simplified(integer({ min: 0, max: untilNs - 1 }), (timeNs) => {
    const grains = GRAINS.filter((grain) => timeNs % grain !== 0);
    const later = grains.map((grain) => Math.ceil(timeNs / grain) * grain);
    const earlier = grains.map((grain) => Math.floor(timeNs / grain) * grain);
    // At the very beginning nothing is protected yet: a moment of its own, not a rounder one.
    return [...later.filter((time) => time < untilNs), ...earlier.filter((time) => time > 0)];
  });
}

/** A duration from `min` to `max`. It shrinks to shorter and rounder ones. */
export function durationNs(min: Nanoseconds, max: Nanoseconds): Arbitrary<Nanoseconds> {
  return new Simplified(integer({ min, max }), (timeNs) =>
    ROUND.filter((round) => round >= min && round < timeNs),
  );
}
