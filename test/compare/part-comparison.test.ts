import { expect, test } from "vitest";
import { comparison } from "../../src/compare/part-comparison.ts";
import { runParts } from "../../src/compare/part-run.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { keyValueScenario } from "../../src/scenarios/key-value.ts";
import type { ScenarioOptions } from "../../src/scenarios/scenario.ts";
import { partCatalogue, type Stage } from "../../src/schemes/part-catalogue.ts";
import { stages } from "../../src/schemes/part-choice.ts";
import { ms } from "../../src/sim/time.ts";

const options = (scenario: ScenarioOptions = {}) => {
  return { seed: 1, untilNs: ms(80), profile: modern, scenario };
};

/** All steps of a comparison, by name, and what it came to. */
function compared(scenario: ScenarioOptions, wanted?: readonly Stage[]) {
  const steps = comparison(keyValueScenario, options(scenario), wanted);
  const names: string[] = [];
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { names, result: step.value };
    names.push(`${step.value.number}/${step.value.count} ${step.value.name}`);
  }
}

test("part comparison: one run for all baselines, and one for each other part", () => {
  const { names, result } = compared({});
  const others = stages.flatMap((stage) =>
    Object.keys(partCatalogue[stage])
      .slice(1)
      .map((part) => ({ stage, part })),
  );
  const count = others.length + 1;
  expect(names).toEqual([
    `1/${count} baseline`,
    ...others.map(({ stage, part }, index) => `${index + 2}/${count} ${stage}=${part}`),
  ]);
  expect(result.parts.map(({ stage, part }) => ({ stage, part }))).toEqual(others);
  expect(result.scenario).toBe("kv");
});

test("part comparison: a part's run is that of the part alone", () => {
  const { names, result } = compared({ interval: ms(10) }, ["encode"]);
  const one = options({ interval: ms(10), parts: { encode: "feedback" } });
  expect(result.parts.at(-1)?.part).toBe("feedback");
  expect(result.parts.at(-1)?.run).toEqual(runParts(keyValueScenario, one));
  expect(result.baseline).toEqual(runParts(keyValueScenario, options({ interval: ms(10) })));
  expect(names).toHaveLength(Object.keys(partCatalogue.encode).length);
});

test("part comparison: parts that all runs have are not compared", () => {
  const parts = { trigger: "adaptive", encode: "feedback" };
  const { names, result } = compared({ parts }, ["encode", "capture"]);
  const captures = Object.keys(partCatalogue.capture);
  expect(names).toHaveLength(captures.length);
  expect(names[1]).toBe(`2/${captures.length} capture=${captures[1]}`);
  expect(result.baseline).toEqual(runParts(keyValueScenario, options({ parts })));
});
