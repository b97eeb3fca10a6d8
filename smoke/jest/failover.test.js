const fc = require("fast-check");
const {
  assertHoldsInvariants,
  assertLinearizable,
  assertSurvives,
  counterScenario,
  models,
  ms,
  Simulation,
} = require("standin");
const { faultPlan } = require("standin/fast-check");
const { counter } = require("standin/guests");

const untilNs = ms(200);
const client = { requests: 10 };

test("a scenario survives the crash of its primary", () => {
  const faults = [{ kind: "crash", host: "a", at: { atNs: ms(80) } }];
  assertSurvives(counterScenario, { version: 1, faults }, { untilNs, options: { client } });
});

test("a scenario with a defect does not, and the error says how to see it again", () => {
  const options = { client, broken: ["release-at-stop"] };
  const run = () =>
    assertSurvives(counterScenario, '{"version":1,"faults":[]}', { untilNs, options });
  expect(run).toThrow(expect.objectContaining({ code: "EXPECTATION_FAILED" }));
  expect(run).toThrow(/output-commit at .*\n(.*\n)*replay: npx standin replay '/);
});

test("a run holds its invariants", () => {
  const simulation = new Simulation({ seed: 7, onViolation: "record" });
  const { a, b } = simulation.hosts(["a", "b"]);
  const machine = simulation.protect(counter(), { primary: a, secondary: b });
  simulation.client(machine, client);
  simulation.run({ until: untilNs });
  assertHoldsInvariants(simulation);
});

test("a history is judged by a model", () => {
  const read = { process: 1, f: "read" };
  const history = (value) => [
    { ...read, type: "invoke" },
    { ...read, type: "ok", value },
  ];
  assertLinearizable(history(null), models.register);
  expect(() => assertLinearizable(history(2), models.register)).toThrow(/^not linearizable/);
});

test("drawn plans are survived", () => {
  const run = { untilNs, options: { client }, everyFault: false };
  fc.assert(
    fc.property(faultPlan({ hosts: ["a", "b"], untilNs }), (plan) =>
      assertSurvives(counterScenario, plan, run),
    ),
    { seed: 1, numRuns: 5 },
  );
});
