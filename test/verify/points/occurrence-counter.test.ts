import { expect, test } from "vitest";
import { OccurrenceCounter } from "../../../src/verify/points/occurrence-counter.ts";

const about = (host: string, machine = "m") => ({ kind: "group.sent", host, machine });

test("occurrences: without a filter every record fits and none is the last", () => {
  const counter = new OccurrenceCounter({});
  expect([1, 2, 3].map(() => counter.matches(about("a")))).toEqual([true, true, true]);
  expect(counter.count).toBe(3);
  expect(counter.isOver).toBe(false);
});

test("occurrences: only records of the host and the machine count", () => {
  const counter = new OccurrenceCounter({ host: "a", machine: "m", occurrence: 2 });
  const records = [about("b"), about("a", "n"), about("a"), { kind: "group.sent" }, about("a")];
  expect(records.map((record) => counter.matches(record))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
  expect(counter.isOver).toBe(true);
  expect(counter.matches(about("a"))).toBe(false);
});

test("occurrences: a packet is about the host that sends it", () => {
  const counter = new OccurrenceCounter({ host: "a" });
  expect(counter.matches({ kind: "link.sent", from: "b", to: "a" })).toBe(false);
  expect(counter.matches({ kind: "link.sent", from: "a", to: "b" })).toBe(true);
});

test("occurrences: they are numbered from 1", () => {
  for (const occurrence of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
    expect(() => new OccurrenceCounter({ occurrence })).toThrow(
      `occurrence: expected a whole number from 1, got ${occurrence}`,
    );
  }
});
