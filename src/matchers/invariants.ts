import { StandinTypeError } from "../sim/errors.ts";
import { formatTime } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { AuditedClient } from "../verify/audited-client.ts";
import { assertYes } from "./expectation-error.ts";
import type { Judgement } from "./judgement.ts";

/** Most clients, and most numbers of requests of each, that a report names. */
const NAMED_MAX = 10;

/**
 * Whether every invariant held in a run; undecided if nothing has run yet.
 *
 * Make the simulation with `onViolation: "record"`: otherwise its `run` throws at the first violation.
 *
 * @throws StandinTypeError `NOT_A_SIMULATION` for anything else.
 */
export function judgeInvariants(simulation: Simulation): Judgement {
  checkSimulation(simulation);
  const { engine, invariants, violations, now } = simulation;
  const place = `seed ${engine.seed}`;
  if (engine.events === 0) {
    return { verdict: "undecided", report: `the simulation has not run yet (${place})` };
  }
  const [first] = violations;
  if (first === undefined) {
    const names = invariants.join(", ");
    return { verdict: "yes", report: `every invariant held until ${formatTime(now)}: ${names}` };
  }
  const more = violations.length - 1;
  const lines = [
    `${first.name} did not hold at ${formatTime(first.atNs)}`,
    `  ${first.detail}`,
    ...(more === 0 ? [] : [`  and ${more} more ${more === 1 ? "violation" : "violations"}`]),
    ...clientLines(simulation),
    `${place}, ran until ${formatTime(now)}`,
  ];
  return { verdict: "no", report: lines.join("\n") };
}

/**
 * Asserts that every invariant held in a run, for test runners without matchers of this library.
 *
 * @param simulation One that has run, made with `onViolation: "record"`.
 * @throws ExpectationError with the first violation, its time, the seed and what each client lost.
 * @throws StandinTypeError `NOT_A_SIMULATION` for anything else.
 */
export function assertHoldsInvariants(simulation: Simulation): void {
  assertYes(judgeInvariants(simulation));
}

/** By shape: a simulation may come from another copy of the library. */
function checkSimulation(given: unknown): void {
  const fields = ["engine", "violations", "clients", "machines"];
  if (typeof given === "object" && given !== null && fields.every((name) => name in given)) return;
  throw new StandinTypeError(
    "NOT_A_SIMULATION",
    `expected a Simulation, got ${given === null ? "null" : typeof given}`,
  );
}

function clientLines({ clients, machines }: Simulation): string[] {
  const lines = clients.slice(0, NAMED_MAX).map((client) => {
    const machine = machines.find(({ name }) => name === client.machine);
    const asked = `${client.acknowledged} of ${client.issued} requests answered`;
    // Between the death of a primary and the start of its stand-in nothing can be read.
    const isBetween = machine?.activeNode === undefined && machine?.recoverable === true;
    return `${client.name}: ${asked}, ${isBetween ? "nobody serves now" : fateOf(client)}`;
  });
  const more = clients.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more clients`] : lines;
}

function fateOf(client: AuditedClient): string {
  const { lost, duplicated } = client.audit();
  return `lost ${listed(lost)}, duplicated ${listed(duplicated)}`;
}

function listed(numbers: readonly number[]): string {
  const named = numbers.slice(0, NAMED_MAX).join(", ");
  const more = numbers.length - NAMED_MAX;
  return `[${named}${more > 0 ? `, and ${more} more` : ""}]`;
}
