import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import { mutateHistory } from "../../../src/verify/history/mutate-history.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import { simulateHistory } from "../../../src/verify/history/simulate-history.ts";
import { isLinearizable } from "../linearizability/brute-force.ts";
import { drawsFrom } from "../linearizability/random-draws.ts";
import { objects } from "../linearizability/simulated-objects.ts";

const { counter } = objects;
const options = { clients: 3, operations: 6, openPercent: 10 };

test("mutated history: still well formed, with the same calls, and the given one unchanged", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = drawsFrom([], seed);
      const history = simulateHistory(counter, options, random);
      const copy = structuredClone(history);
      const mutated = mutateHistory(history, random);
      expect(history).toEqual(copy);
      expect(checkEntries(mutated)).toEqual(mutated);
      expect(pairHistory(mutated)).toHaveLength(pairHistory(history).length);
    }),
  );
});

test("mutated history: often not linearizable any more", () => {
  let broken = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const random = drawsFrom([], seed);
    const mutated = mutateHistory(simulateHistory(counter, options, random), random);
    if (!isLinearizable(counter, mutated)) broken += 1;
  }
  expect(broken).toBeGreaterThan(50);
});

test("mutated history: where nothing can be changed, nothing is", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    expect(mutateHistory([], drawsFrom([], seed))).toEqual([]);
  }
});
