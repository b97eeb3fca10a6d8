import { expect, test } from "vitest";
import { DifferenceCounter } from "../../../src/checkpoint/encode/difference-counter.ts";
import { FEEDBACK_PAGES_MAX } from "../../../src/checkpoint/encode/feedback-list.ts";
import { InvariantError } from "../../../src/sim/errors.ts";
import { PAGE } from "./page-samples.ts";

const ZEROS = new Uint8Array(PAGE);

/** Zeros but for so many words of eight bytes. */
const words = (count: number): Uint8Array => new Uint8Array(PAGE).fill(1, 0, 8 * count);

/** A counter for which a change of less than 4 words is small, and a note of changed words. */
function setUp({ thresholdIntervals = 2, maxPages = 100 } = {}) {
  const counter = new DifferenceCounter({
    wordBytes: 8,
    thresholdWords: 4,
    thresholdIntervals,
    maxPages,
  });
  let epoch = 0;
  return {
    counter,
    /** An interval in which these pages come with so many words changed. */
    interval: (...notes: readonly (readonly [page: number, changed: number])[]): void => {
      epoch += 1;
      counter.beginEpoch(epoch);
      for (const [page, changed] of notes) counter.note(page, ZEROS, words(changed));
    },
  };
}

test("difference counter: a page is listed after more small intervals than the threshold", () => {
  const { counter, interval } = setUp();
  interval([7, 3]);
  interval([7, 3]);
  expect(counter.take()).toBeUndefined();
  interval([7, 3]);
  expect(counter.take()).toEqual({ listed: [7], unlisted: [] });
  expect(counter.take()).toBeUndefined();
  expect(counter).toMatchObject({ listedCount: 1, comparedPages: 3 });
});

test("difference counter: a change of as many words as the threshold is not small", () => {
  const { counter, interval } = setUp({ thresholdIntervals: 0 });
  interval([7, 4]);
  expect(counter.take()).toBeUndefined();
  interval([7, 3]);
  expect(counter.take()).toEqual({ listed: [7], unlisted: [] });
});

test("difference counter: the intervals must be consecutive", () => {
  const { counter, interval } = setUp();
  for (const changed of [1, 1, 9, 1, 1]) interval([7, changed]);
  expect(counter.listedCount).toBe(0);
  interval([7, 1]);
  expect(counter.listedCount).toBe(1);
});

test("difference counter: an interval without the page changes no count", () => {
  const { counter, interval } = setUp();
  interval([7, 1]);
  interval();
  interval([7, 1], [8, 1]);
  interval();
  expect(counter.listedCount).toBe(0);
  interval([7, 1]);
  expect(counter.take()).toEqual({ listed: [7], unlisted: [] });
});

test("difference counter: a page that comes twice in an interval counts once", () => {
  const { counter, interval } = setUp({ thresholdIntervals: 1 });
  interval([7, 1], [7, 1], [7, 1]);
  expect(counter.listedCount).toBe(0);
  interval([7, 1], [7, 9]);
  interval([7, 1]);
  expect(counter.listedCount).toBe(0);
  interval([7, 1]);
  expect(counter.listedCount).toBe(1);
});

test("difference counter: a large change takes a page off, and counting begins anew", () => {
  const { counter, interval } = setUp({ thresholdIntervals: 1 });
  interval([7, 1]);
  interval([7, 1]);
  counter.take();
  interval([7, 9]);
  expect(counter.take()).toEqual({ listed: [], unlisted: [7] });
  interval([7, 1]);
  expect(counter.take()).toBeUndefined();
  interval([7, 1]);
  expect(counter.take()).toEqual({ listed: [7], unlisted: [] });
});

test("difference counter: what is undone before it was told is not told", () => {
  const { counter, interval } = setUp({ thresholdIntervals: 0 });
  interval([7, 1]);
  interval([7, 9]);
  expect(counter.take()).toBeUndefined();
  interval([7, 1]);
  counter.take();
  interval([7, 9]);
  interval([7, 1]);
  expect(counter.take()).toBeUndefined();
});

test("difference counter: the list keeps its bound", () => {
  const { counter, interval } = setUp({ thresholdIntervals: 0, maxPages: 2 });
  interval([1, 1], [2, 1], [3, 1]);
  expect(counter.take()).toEqual({ listed: [1, 2], unlisted: [] });
  interval([1, 9], [3, 1]);
  expect(counter.take()).toEqual({ listed: [3], unlisted: [1] });
});

test("difference counter: what does not fit one message goes with the next, those to take off first", () => {
  const { counter, interval } = setUp({ thresholdIntervals: 0, maxPages: 10_000 });
  const notes = Array.from({ length: FEEDBACK_PAGES_MAX }, (_, page) => [page, 1] as const);
  interval([9_000, 1]);
  counter.take();
  interval([9_000, 9], ...notes);
  const first = counter.take();
  expect([first?.listed.length, first?.unlisted]).toEqual([FEEDBACK_PAGES_MAX - 1, [9_000]]);
  expect(counter.take()).toEqual({ listed: [FEEDBACK_PAGES_MAX - 1], unlisted: [] });
});

test("difference counter: words are compared wherever the pages lie", () => {
  const { counter } = setUp({ thresholdIntervals: 0 });
  const before = new Uint8Array(PAGE + 1).subarray(1);
  counter.beginEpoch(1);
  counter.note(1, before, words(3));
  expect(counter.listedCount).toBe(1);
  expect(() => counter.beginEpoch(0)).toThrow(InvariantError);
});
