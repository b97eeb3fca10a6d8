import fc from "fast-check";
import { expect, test } from "vitest";
import { FURTHEST_PATHS_MAX, Furthest } from "../../../src/verify/linearizability/furthest.ts";

const path = (...list: number[]): Int32Array => Int32Array.from(list);

test("furthest: nothing before the first dead end", () => {
  const furthest = new Furthest(3);
  expect(furthest.frontier).toBe(-1);
  expect(furthest.paths()).toEqual([]);
});

test("furthest: a further dead end takes the place of nearer ones, longest first", () => {
  const furthest = new Furthest(4);
  furthest.note(3, 1, path(0, 1, 2, 3), 2);
  furthest.shorten(1);
  furthest.note(5, 2, path(0, 2, 1, 3), 3);
  furthest.note(4, 3, path(0, 2, 1, 3), 4);
  furthest.shorten(0);
  furthest.note(5, 4, path(3, 2, 1, 0), 4);
  furthest.note(5, 4, path(2, 3, 1, 0), 4);
  expect(furthest.frontier).toBe(5);
  expect(furthest.paths()).toEqual([
    { order: [3, 2, 1, 0], state: 4 },
    { order: [0, 2, 1], state: 2 },
  ]);
});

test("furthest: the number of orders is bounded", () => {
  const furthest = new Furthest(1);
  for (let state = 0; state < 20; state += 1) furthest.note(1, state, path(0), 1);
  expect(furthest.paths().map(({ state }) => state)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(FURTHEST_PATHS_MAX).toBe(8);
});

test("furthest: what is kept is what the path was, however the search went back and on", () => {
  const moves = fc.array(
    fc.record({ back: fc.nat(6), on: fc.nat(6), frontier: fc.nat(9), state: fc.nat(3) }),
  );
  fc.assert(
    fc.property(moves, (list) => {
      const furthest = new Furthest(100);
      const current = new Int32Array(100);
      let depth = 0;
      let counter = 0;
      let best = -1;
      let kept = new Map<number, number[]>();
      for (const { back, on, frontier, state } of list) {
        depth = Math.max(0, depth - back);
        furthest.shorten(depth);
        for (let i = 0; i < on && depth < 100; i += 1) {
          counter += 1;
          current[depth] = counter;
          depth += 1;
        }
        furthest.note(frontier, state, current, depth);
        if (frontier > best) kept = new Map();
        best = Math.max(best, frontier);
        if (frontier === best && !kept.has(state)) kept.set(state, [...current.subarray(0, depth)]);
      }
      expect(furthest.frontier).toBe(best);
      expect(new Map(furthest.paths().map(({ order, state }) => [state, order]))).toEqual(kept);
    }),
  );
});
