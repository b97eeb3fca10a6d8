import { expect, test } from "vitest";
import { checkpointSettings } from "../../src/checkpoint/options.ts";
import { partCatalogue } from "../../src/schemes/part-catalogue.ts";
import {
  baselineOf,
  checkpointOptions,
  partNamed,
  stageNamed,
  stages,
} from "../../src/schemes/part-choice.ts";

test("part choice: parts of several stages are put together", () => {
  const options = checkpointOptions({
    encode: "feedback",
    capture: "brownout",
    trigger: "adaptive",
  });
  expect(options).toMatchObject({
    encode: { name: "feedback" },
    capture: { name: "brownout of at most 4 rounds, blackout at 16 pages" },
    trigger: { name: "200 % of the last, 5 ms to 100 ms" },
  });
  expect(checkpointOptions({})).toEqual({});
});

test("part choice: the baseline of each stage is what a scheme has by default", () => {
  const baselines = Object.fromEntries(stages.map((stage) => [stage, baselineOf(stage)]));
  const plain = (options: object): string => JSON.stringify(options);
  expect(plain(checkpointSettings(checkpointOptions(baselines)))).toBe(
    plain(checkpointSettings({})),
  );
});

test("part choice: what there is not is refused with what there is", () => {
  const fork = { capture: "fork" };
  expect(() => checkpointOptions(fork)).toThrow(expect.objectContaining({ code: "PART_NAME" }));
  expect(() => checkpointOptions(fork)).toThrow(
    /^capture: expected one of stop-and-copy, .*, got "fork"$/,
  );
  expect(() => checkpointOptions({ encode: "toString" })).toThrow(/got "toString"/);
  const stray = { brake: "hard" } as Record<string, string>;
  expect(() => checkpointOptions(stray)).toThrow(
    /^stage: expected one of trigger, track, .*, got "brake"$/,
  );
});

test("part choice: stages and parts are found by name", () => {
  for (const stage of stages) {
    expect(stageNamed(stage)).toBe(stage);
    expect(partNamed(stage, baselineOf(stage))).toBe(Object.values(partCatalogue[stage])[0]);
  }
});
