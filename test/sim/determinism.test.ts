import { expect, test } from "vitest";
import { type ObservedScenario, verifyDeterminism } from "../../src/sim/determinism.ts";
import { Engine } from "../../src/sim/engine.ts";
import { ProcessError, StandinRangeError } from "../../src/sim/errors.ts";
import { sleep } from "../../src/sim/process.ts";
import { ms } from "../../src/sim/time.ts";

/** Ten steps of 1 ms, of which the fifth is told by `step`, which may keep state between runs. */
function scenario(step: (engine: Engine) => void): ObservedScenario {
  return (observe) => {
    const engine = new Engine({ seed: 1 });
    observe(engine.trace);
    engine.spawn("worker", engine.createOwner("o"), function* () {
      for (let i = 1; i <= 10; i += 1) {
        yield* sleep(ms(1));
        engine.trace.emit({ kind: "step", i });
        if (i === 5) step(engine);
      }
    });
    engine.run();
  };
}

/** True in every second call. */
function everySecond(): () => boolean {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % 2 === 0;
  };
}

test("determinism: two equal runs", () => {
  const result = verifyDeterminism(scenario((engine) => engine.trace.emit({ kind: "x" })));
  expect(result).toMatchObject({ same: true, records: 11, dispatches: 11, comparedByHashOnly: 0 });
  expect(result.same && result.hash).toMatch(/^[0-9a-f]{16}$/);
});

test("determinism: the first record that differs is named", () => {
  let calls = 0;
  const leaky = scenario((engine) => {
    calls += 1;
    engine.trace.emit({ kind: "draw", value: calls });
  });
  expect(verifyDeterminism(leaky)).toEqual({
    same: false,
    position: 5,
    timeNs: ms(5),
    first: '5 ms {"kind":"draw","value":1}',
    second: '5 ms {"kind":"draw","value":2}',
    isBeyondBound: false,
  });
});

test("determinism: a field more, or another order of fields, is a difference", () => {
  for (const other of [
    { kind: "x", a: 1, b: 2, c: 3 },
    { kind: "x", b: 2, a: 1 },
    { kind: "x", a: 1 },
  ]) {
    const isSecond = everySecond();
    const leaky = scenario((engine) =>
      engine.trace.emit(isSecond() ? other : { kind: "x", a: 1, b: 2 }),
    );
    expect(verifyDeterminism(leaky)).toMatchObject({ same: false, position: 5 });
  }
});

test("determinism: a process that runs in one run only is named, though it leaves no record", () => {
  const isSecond = everySecond();
  const leaky = scenario((engine) => {
    if (isSecond()) engine.schedule(10, () => undefined);
  });
  expect(verifyDeterminism(leaky)).toMatchObject({
    position: 5,
    timeNs: ms(5) + 10,
    first: '6 ms "worker" runs',
    second: '5.00001 ms "callback" runs',
  });
});

test("determinism: a run that ends earlier is a difference", () => {
  const isSecond = everySecond();
  const result = verifyDeterminism((observe) => {
    const engine = new Engine({ seed: 1 });
    observe(engine.trace);
    engine.spawn("p", engine.createOwner("o"), () => engine.announce({ kind: "a" }));
    engine.run({ maxEvents: isSecond() ? 1 : 2 });
  });
  expect(result).toMatchObject({
    position: 1,
    timeNs: 0,
    first: '0 ns "p" runs',
    second: "(the run has ended)",
  });
});

test("determinism: a run that fails where the other one does not is a difference", () => {
  const isSecond = everySecond();
  const atTheEnd: ObservedScenario = (observe) => {
    const engine = new Engine({ seed: 1 });
    observe(engine.trace);
    engine.trace.emit({ kind: "a" });
    if (isSecond()) throw new Error("only now");
  };
  expect(verifyDeterminism(atTheEnd)).toMatchObject({
    position: 1,
    first: "(the run has ended)",
    second: "(the run has failed: Error: only now)",
  });
});

test("determinism: a scenario that fails the same way twice passes its error on", () => {
  const failing = scenario(() => {
    throw new Error("always");
  });
  expect(() => verifyDeterminism(failing)).toThrow(ProcessError);
  expect(() =>
    verifyDeterminism(() => {
      throw new Error("before the trace");
    }),
  ).toThrow("before the trace");
});

test("determinism: beyond the bound the hashes are compared, and the result says so", () => {
  const equal = verifyDeterminism(
    scenario(() => undefined),
    { entriesMax: 4 },
  );
  expect(equal).toMatchObject({ same: true, records: 10, dispatches: 11, comparedByHashOnly: 17 });
  const isSecond = everySecond();
  const leaky = scenario((engine) => engine.trace.emit({ kind: "x", flag: isSecond() }));
  const different = verifyDeterminism(leaky, { entriesMax: 4 });
  expect(different).toMatchObject({ same: false, position: 1, timeNs: ms(2), isBeyondBound: true });
  expect(different.same || different.first).toMatch(/^\(hash [0-9a-f]{16}\)$/);
});

test("determinism: misuse is refused", () => {
  expect(() =>
    verifyDeterminism(
      scenario(() => undefined),
      { entriesMax: 0 },
    ),
  ).toThrow(StandinRangeError);
  expect(() => verifyDeterminism(() => undefined)).toThrow("a scenario shows its trace");
  expect(() =>
    verifyDeterminism((observe) => {
      observe(new Engine({ seed: 1 }).trace);
      observe(new Engine({ seed: 1 }).trace);
    }),
  ).toThrow("a scenario shows one trace");
});
