import { expect, test } from "vitest";
import type { Operation } from "../../../src/verify/history/operation.ts";
import type { Model } from "../../../src/verify/linearizability/model.ts";
import { IMPOSSIBLE, StateSpace } from "../../../src/verify/linearizability/state-space.ts";
import { caught } from "../history/caught.ts";

/** Adds its input, and may not go beyond 100,000; counts how often it is asked. */
function adder(): { model: Model<number, { add: number }>; asked: () => number } {
  let asked = 0;
  const model: Model<number, { add: number }> = {
    name: "adder",
    initial: 0,
    command: ({ input }) => ({ add: input as number }),
    step(state, { add }) {
      asked += 1;
      return state + add > 100_000 ? undefined : state + add;
    },
    stateKey: (state) => state,
    isReadOnly: ({ add }) => add === 0,
  };
  return { model, asked: () => asked };
}

function operation(input: number): Operation {
  return { process: 0, f: "add", input, outcome: "ok", output: null, callIndex: 0, returnIndex: 1 };
}

test("state space: equal commands and equal states have one number", () => {
  const space = new StateSpace(adder().model);
  const one = space.command(operation(1));
  const two = space.command(operation(2));
  expect(space.command(operation(1))).toBe(one);
  expect(one).not.toBe(two);
  const three = space.step(space.step(space.initial, one), two);
  expect(space.step(space.step(space.initial, two), one)).toBe(three);
  expect(space.describe(three)).toBe("3");
  expect(space.commandOf(two)).toEqual({ add: 2 });
});

test("state space: a step is asked for once, also one that is impossible", () => {
  const { model, asked } = adder();
  const space = new StateSpace(model);
  const much = space.command(operation(100_001));
  const one = space.command(operation(1));
  for (let time = 0; time < 3; time += 1) {
    expect(space.step(space.initial, much)).toBe(IMPOSSIBLE);
    expect(space.describe(space.step(space.initial, one))).toBe("1");
  }
  expect(asked()).toBe(2);
});

test("state space: more steps than are remembered are still right", () => {
  const space = new StateSpace(adder().model);
  const one = space.command(operation(1));
  const two = space.command(operation(2));
  let state = space.initial;
  for (let count = 0; count < 20_000; count += 1) {
    const next = space.step(state, one);
    expect(space.step(next, one)).toBe(space.step(state, two));
    state = next;
  }
  expect(space.describe(state)).toBe("20000");
});

test("state space: a command is read-only if the model says so", () => {
  const { model } = adder();
  const space = new StateSpace(model);
  expect(space.isReadOnly(space.command(operation(0)))).toBe(true);
  expect(space.isReadOnly(space.command(operation(1)))).toBe(false);
  const plain = new StateSpace({ ...model, isReadOnly: () => false });
  expect(plain.isReadOnly(plain.command(operation(0)))).toBe(false);
});

test("state space: a command that is no plain data is refused", () => {
  const space = new StateSpace({ ...adder().model, command: () => ({ add: Number.NaN }) });
  expect(caught(() => space.command(operation(1))).code).toBe("JSON_VALUE");
});

test("state space: a state key that is neither text nor number is refused", () => {
  const stateKey = (() => [1]) as unknown as () => string;
  expect(caught(() => new StateSpace({ ...adder().model, stateKey }))).toEqual({
    name: "StandinTypeError",
    code: "MODEL_STATE_KEY",
    message: "model adder: stateKey: expected a text or a number, got [1]",
  });
});
