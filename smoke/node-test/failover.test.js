import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import fc from "fast-check";
import * as standin from "standin";
import { faultPlan } from "standin/fast-check";

const { assertSurvives, counterScenario, ms } = standin;
const untilNs = ms(200);
const client = { requests: 10 };

test("a scenario survives the crash of its primary", () => {
  const faults = [{ kind: "crash", host: "a", at: { atNs: ms(80) } }];
  assertSurvives(counterScenario, { version: 1, faults }, { untilNs, options: { client } });
});

test("a scenario with a defect does not, and the error says how to see it again", () => {
  const options = { client, broken: ["release-at-stop"] };
  const run = () =>
    assertSurvives(counterScenario, { version: 1, faults: [] }, { untilNs, options });
  assert.throws(run, { code: "EXPECTATION_FAILED", message: /output-commit at/ });
  assert.throws(run, /\nreplay: npx standin replay '/);
});

test("the copy for require is the same library", () => {
  const required = createRequire(import.meta.url)("standin");
  assert.notEqual(required.Simulation, standin.Simulation);
  assert.deepEqual(Object.keys(required).sort(), Object.keys(standin).sort());
  const hashes = [standin, required].map((library) => {
    const simulation = new library.Simulation({ seed: 7 });
    library.counterScenario.build(simulation, { client });
    simulation.at(ms(80), () => simulation.host("a").crash());
    simulation.run({ until: untilNs });
    return simulation.hash;
  });
  assert.match(hashes[0], /^[0-9a-f]{16}$/);
  assert.equal(hashes[0], hashes[1]);
});

test("drawn plans are survived, with an older fast-check", () => {
  const run = { untilNs, options: { client }, everyFault: false };
  const plans = faultPlan({ hosts: ["a", "b"], untilNs });
  fc.assert(
    fc.property(plans, (plan) => assertSurvives(counterScenario, plan, run)),
    { seed: 1, numRuns: 5 },
  );
  const failed = fc.check(
    fc.property(plans, ({ faults }) => faults.length === 0),
    { seed: 1 },
  );
  assert.equal(failed.counterexample[0].faults.length, 1);
});
