import { expect, test } from "vitest";
import { assertHoldsInvariants, judgeInvariants } from "../../src/matchers/invariants.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { ms, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { ZooName } from "../../src/verify/zoo.ts";
import { caught } from "./caught.ts";

function counterRun(broken: readonly ZooName[], crashAtNs?: number): Simulation {
  const simulation = new Simulation({ seed: 7, onViolation: "record" });
  counterScenario.build(simulation, { broken, client: { requests: 40 } });
  if (crashAtNs !== undefined) simulation.at(crashAtNs, () => simulation.host("a").crash());
  simulation.run({ until: ms(300) });
  return simulation;
}

test("invariants: a run in which all hold is a yes that names them", () => {
  const { verdict, report } = judgeInvariants(counterRun([], ms(100)));
  expect(verdict).toBe("yes");
  expect(report).toMatch(/^every invariant held until 300 ms: output-commit, /);
});

test("invariants: a violation is a no with its time, its seed and what clients lost", () => {
  const simulation = counterRun(["release-at-stop"], us(100_080));
  const { verdict, report } = judgeInvariants(simulation);
  const [first] = simulation.violations;
  expect(verdict).toBe("no");
  expect(report.split("\n")[0]).toMatch(/^output-commit did not hold at [\d.]+ ms$/);
  expect(report).toContain(`  ${first?.detail}\n`);
  expect(report).toContain(`and ${simulation.violations.length - 1} more violations`);
  expect(report).toMatch(/\nseed 7, ran until 300 ms$/);
  const [client] = simulation.clients;
  const { lost } = client!.audit();
  expect(lost.length).toBeGreaterThan(0);
  const asked = `client 1: ${client?.acknowledged} of ${client?.issued} requests answered`;
  expect(report).toContain(`${asked}, lost [${lost.join(", ")}], duplicated []`);
});

test("invariants: requests that were executed twice are named", () => {
  const simulation = new Simulation({ seed: 7, onViolation: "record" });
  const client = { requests: 40, timeout: ms(10) };
  counterScenario.build(simulation, { broken: ["retry-executes-twice"], client });
  simulation.run({ until: ms(300) });
  const { report } = judgeInvariants(simulation);
  const duplicated = simulation.clients[0]?.duplicated ?? [];
  expect(duplicated.length).toBeGreaterThan(10);
  const more = duplicated.length - 10;
  const named = duplicated.slice(0, 10).join(", ");
  expect(report).toContain(`lost [], duplicated [${named}, and ${more} more]`);
});

test("invariants: while nobody serves, nothing is said to be lost", () => {
  const simulation = new Simulation({ seed: 7, onViolation: "record" });
  counterScenario.build(simulation, { broken: ["release-at-stop"] });
  simulation.at(ms(111), () => simulation.host("a").crash());
  simulation.run({ until: ms(112) });
  const { verdict, report } = judgeInvariants(simulation);
  expect(verdict).toBe("no");
  expect(report).toContain("requests answered, nobody serves now");
  expect(report).not.toContain("lost");
});

test("invariants: a simulation that has not run shows nothing", () => {
  const simulation = new Simulation({ seed: 3, onViolation: "record" });
  counterScenario.build(simulation, {});
  const judgement = judgeInvariants(simulation);
  expect(judgement).toEqual({
    verdict: "undecided",
    report: "the simulation has not run yet (seed 3)",
  });
  expect(caught(() => assertHoldsInvariants(simulation)).message).toBe(judgement.report);
});

test("invariants: the assertion passes a yes and throws the report of a no", () => {
  expect(() => assertHoldsInvariants(counterRun([], ms(100)))).not.toThrow();
  const simulation = counterRun(["release-at-stop"]);
  expect(caught(() => assertHoldsInvariants(simulation))).toMatchObject({
    code: "EXPECTATION_FAILED",
    message: judgeInvariants(simulation).report,
  });
});

test.each([undefined, null, 3, {}])("invariants: %j is refused", (given) => {
  const error = caught(() => judgeInvariants(given as Simulation));
  expect(error).toMatchObject({ code: "NOT_A_SIMULATION" });
  expect(error.message).toMatch(/^expected a Simulation, got /);
});
