import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import {
  type SimulateHistoryOptions,
  simulateHistory,
} from "../../../src/verify/history/simulate-history.ts";
import { isLinearizable } from "../linearizability/brute-force.ts";
import { drawsFrom } from "../linearizability/random-draws.ts";
import { objects } from "../linearizability/simulated-objects.ts";
import { caught } from "./caught.ts";

const { counter } = objects;

test("simulated history: well formed, linearizable, and the same for the same draws", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (seed, operations) => {
      const options = { clients: 3, operations, openPercent: 30, failPercent: 10 };
      const history = simulateHistory(counter, options, drawsFrom([], seed));
      expect(checkEntries(history)).toEqual(history);
      expect(history.filter(({ type }) => type === "invoke")).toHaveLength(operations);
      expect(isLinearizable(counter, history)).toBe(true);
      expect(simulateHistory(counter, options, drawsFrom([], seed))).toEqual(history);
    }),
  );
});

test("simulated history: clients overlap, and shares of the calls fail or stay open", () => {
  const options = { clients: 5, operations: 2_000, openPercent: 20, failPercent: 10 };
  const history = simulateHistory(counter, options, drawsFrom([], 1));
  const share = (type: string): number =>
    history.filter((entry) => entry.type === type).length / options.operations;
  expect(share("info")).toBeCloseTo(0.2, 1);
  expect(share("fail")).toBeCloseTo(0.1, 1);
  let underWay = 0;
  let most = 0;
  for (const { type } of history) {
    underWay += type === "invoke" ? 1 : -1;
    most = Math.max(most, underWay);
  }
  expect(most).toBe(options.clients);
  expect(underWay).toBe(0);
});

test("simulated history: open calls take effect at once, late, or never", () => {
  const options = { clients: 2, operations: 400, openPercent: 50 };
  const history = simulateHistory(counter, options, drawsFrom([], 2));
  const open = pairHistory(history).filter((item) => item.outcome === "open");
  expect(new Set(open.map(({ process }) => process)).size).toBe(open.length);
  const increments = { ...counter, request: () => ({ f: "increment", value: 1 }) };
  const counts = simulateHistory(increments, options, drawsFrom([], 2));
  const last = counts.filter(({ type }) => type === "ok").at(-1)?.value as number;
  const told = counts.filter(({ type }) => type === "ok").length;
  expect(last).toBeGreaterThan(told);
  expect(last).toBeLessThan(options.operations);
});

test.each<[string, Partial<SimulateHistoryOptions>]>([
  ["clients", { clients: 0 }],
  ["clients", { clients: 1_001 }],
  ["operations", { operations: -1 }],
  ["operations", { operations: 500_001 }],
  ["openPercent", { openPercent: 101 }],
  ["openPercent", { openPercent: 0.5 }],
  ["failPercent", { openPercent: 60, failPercent: 50 }],
])("simulated history: %s outside its range is refused", (name, wrong) => {
  const options = { clients: 2, operations: 4, ...wrong };
  const error = caught(() => simulateHistory(counter, options, drawsFrom([], 1)));
  expect(error.code).toBe("SIMULATE_HISTORY");
  expect(error.message).toContain(`${name}: expected an integer from`);
});
