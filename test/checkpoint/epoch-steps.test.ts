import { expect, test } from "vitest";
import { EpochSteps } from "../../src/checkpoint/epoch-steps.ts";
import { rig } from "./rig.ts";

test("epoch steps: a step is a record about the epoch under way, with its details", () => {
  const { engine, a, records } = rig();
  const steps = new EpochSteps({ engine, machine: "m", host: { name: "a" }, term: 4 });
  engine.spawn("steps", a.owner, function* () {
    yield* steps.announce("checkpoint.started");
    steps.epoch += 1;
    yield* steps.announce("checkpoint.collected", { pages: 3 });
  });
  engine.run({ until: 1 });
  const of = { machine: "m", host: "a", term: 4 };
  expect(records().filter(({ term }) => term === 4)).toEqual([
    { kind: "checkpoint.started", ...of, epoch: 1 },
    { kind: "checkpoint.collected", ...of, epoch: 2, pages: 3 },
  ]);
});
