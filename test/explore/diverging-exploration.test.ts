// covers src/scenarios/dice.ts, src/explore/run-case.ts
import { expect, test } from "vitest";
import { describeExploration } from "../../src/explore/describe-exploration.ts";
import { explore } from "../../src/explore/explore.ts";
import { runCase } from "../../src/explore/run-case.ts";
import { dice } from "../../src/guest/dice.ts";
import { diceScenario } from "../../src/scenarios/dice.ts";
import { pairScenario } from "../../src/scenarios/pair.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms } from "../../src/sim/time.ts";

const plan = { version: 1, faults: [] } as const;
const judge = { properties: [] };

test.each(schemeNames)("dice: a swarm of faults finds nothing under %s", (scheme) => {
  const result = explore(diceScenario, { mode: "swarm", seeds: 15, scenario: { scheme } });
  expect(result.status, describeExploration(result)).toBe("holds");
});

test.each([
  ["colo", "output.diverged"],
  ["active-active", "output.diverged"],
  ["quasi-lockstep", "output.diverged"],
])("dice: %s sees what the two machines throw", (scheme, kind) => {
  const sink = new MemorySink();
  const run = { seed: 1, untilNs: ms(300), options: { scheme }, plan };
  expect(runCase(diceScenario, run, judge, [sink]).verdict).toBe("holds");
  expect(sink.records.filter(({ record }) => record.kind === kind).length).toBeGreaterThan(2);
});

test("dice: replies are compared with another machine's only where that means something", () => {
  const scenario = (deterministic: boolean) =>
    pairScenario({
      ...diceScenario,
      image: () => ({ ...dice(), deterministic }),
      clients: [{ requests: 20, think: ms(2) }],
    });
  const run = { seed: 1, untilNs: ms(100), options: {}, plan };
  expect(runCase(scenario(false), run, judge).verdict).toBe("holds");
  expect(runCase(scenario(true), run, judge).failure).toMatchObject({ name: "one-copy" });
});
