// covers src/verify/linearizability/check-history.ts, src/verify/linearizability/search.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HistoryEntry } from "../../../src/verify/history/entry.ts";
import { mutateHistory } from "../../../src/verify/history/mutate-history.ts";
import {
  type RandomSource,
  simulateHistory,
} from "../../../src/verify/history/simulate-history.ts";
import { checkHistory } from "../../../src/verify/linearizability/check-history.ts";
import type { NotLinearizable } from "../../../src/verify/linearizability/check-result.ts";
import type { Model } from "../../../src/verify/linearizability/model.ts";
import { bank } from "../../../src/verify/linearizability/models/bank.ts";
import { type ModelName, models } from "../../../src/verify/linearizability/models.ts";
import { isLinearizable, orderFault } from "./brute-force.ts";
import { drawsFrom } from "./random-draws.ts";
import { BALANCES, objects, type TestedObject } from "./simulated-objects.ts";

const tested: readonly [ModelName, Model][] = [
  ["register", models.register],
  ["cas-register", models["cas-register"]],
  ["key-value", models["key-value"]],
  ["counter", models.counter],
  ["queue", models.queue],
  ["bank", bank({ balances: BALANCES })],
];

/** Some answers are replaced by others that such an object might give. */
function answerOtherwise<State>(
  object: TestedObject<State>,
  entries: readonly HistoryEntry[],
  random: RandomSource,
): readonly HistoryEntry[] {
  const calls = new Map<unknown, HistoryEntry>();
  return entries.map((entry) => {
    if (entry.type === "invoke") calls.set(entry.process, entry);
    const call = calls.get(entry.process);
    if (entry.type !== "ok" || call === undefined || random.below(4) > 0) return entry;
    return { ...entry, value: object.answer(random, call) };
  });
}

/** A small history: simulated, and often changed afterwards. */
function smallHistory<State>(
  object: TestedObject<State>,
  random: RandomSource,
): readonly HistoryEntry[] {
  const options = {
    clients: 1 + random.below(4),
    operations: 2 + random.below(6),
    openPercent: [0, 20, 50][random.below(3)]!,
    failPercent: 5,
  };
  let history = simulateHistory(object, options, random);
  for (let times = random.below(4); times > 0; times -= 1) history = mutateHistory(history, random);
  return random.below(2) === 0 ? answerOtherwise(object, history, random) : history;
}

/** The result's claims about what broke, held against the object itself. */
function checkFailures<State>(
  object: TestedObject<State>,
  entries: readonly HistoryEntry[],
  { failures }: NotLinearizable,
): void {
  for (const { key, stuck, partials } of failures) {
    const own = entries.filter((entry) => key === undefined || entry.key === key);
    const end = stuck.returnIndex!;
    expect(isLinearizable(object, own, end - 1)).toBe(true);
    expect(isLinearizable(object, own, end)).toBe(false);
    expect(partials.length).toBeGreaterThan(0);
    const returned = own.filter(({ type, index }) => type === "ok" && index < end).length;
    for (const { order } of partials) {
      expect(orderFault(object, own, order)).toBeUndefined();
      expect(order).not.toContain(stuck.callIndex);
      expect(order.length).toBeGreaterThanOrEqual(returned);
    }
  }
}

test.each(tested)("checker: agrees with trying every order, %s", (name, model) => {
  const object = objects[name];
  const verdicts = { linearizable: 0, "not-linearizable": 0, unknown: 0 };
  const draws = fc.record({
    list: fc.array(fc.nat(1_000), { maxLength: 120 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(draws, ({ list, seed }) => {
      const history = smallHistory(object, drawsFrom(list, seed));
      const result = checkHistory(history, model);
      verdicts[result.verdict] += 1;
      expect(result.verdict === "linearizable").toBe(isLinearizable(object, history));
      if (result.verdict === "linearizable") {
        expect(orderFault(object, history, result.order)).toBeUndefined();
      }
      if (result.verdict === "not-linearizable") checkFailures(object, history, result);
    }),
    { numRuns: 600, seed: 1 },
  );
  // a comparison in which one verdict is rare shows little
  expect(verdicts.linearizable).toBeGreaterThan(100);
  expect(verdicts["not-linearizable"]).toBeGreaterThan(100);
  expect(verdicts.unknown).toBe(0);
});
