import { expect, test } from "vitest";
import { partCatalogue } from "../../src/schemes/part-catalogue.ts";
import { checkpointOptions, stages } from "../../src/schemes/part-choice.ts";

test("part catalogue: every part says in one line what it does and where it comes from", () => {
  for (const [name, { about, source }] of stages.flatMap((stage) =>
    Object.entries(partCatalogue[stage]),
  )) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(about).toMatch(/^.{8,70}$/);
    expect(source).not.toBe("");
  }
});

test("part catalogue: no two parts of a stage are the same", () => {
  for (const stage of stages) {
    const texts = Object.keys(partCatalogue[stage]).map((name) => {
      const { trigger, capture, encode, ...plain } = checkpointOptions({ [stage]: name });
      return JSON.stringify([plain, trigger?.name, capture?.name, encode?.name, { stage }]);
    });
    expect(new Set(texts).size).toBe(texts.length);
  }
});
