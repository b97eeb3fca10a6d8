import type { RunFacts } from "../report/run-report.ts";
import type { Simulation } from "../simulation/simulation.ts";

/** What a finished run's trace does not say. */
export function runFacts(simulation: Simulation, scenario: string): RunFacts {
  const { engine, hash, now, invariants, violations } = simulation;
  return {
    scenario,
    seed: engine.seed,
    runHash: hash,
    virtualTimeNs: now,
    events: engine.events,
    ...audit(simulation),
    checked: invariants,
    violations,
  };
}

/** Requests lost and duplicated, of all clients together; `null` if a machine cannot be read now. */
function audit(simulation: Simulation): Pick<RunFacts, "lost" | "duplicated"> {
  let [lost, duplicated] = [0, 0];
  for (const client of simulation.clients) {
    const machine = simulation.machines.find(({ name }) => name === client.machine);
    // Between the death of a primary and the start of its stand-in there is nothing to compare with.
    if (machine !== undefined && machine.activeNode === undefined && machine.recoverable) {
      return { lost: null, duplicated: null };
    }
    const ledger = client.audit();
    lost += ledger.lost.length;
    duplicated += ledger.duplicated.length;
  }
  return { lost, duplicated };
}
