import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";

/** When the primary's host stops, in the middle of its clients' traffic. */
const STOP_NS: Nanoseconds = ms(120);

/** When it goes on: after its successor serves, under every time-out that a swarm draws. */
const GO_ON_NS: Nanoseconds = ms(460);

/**
 * Makes host `a` stand still for a while, as a host does that swaps or is overcommitted. Not if somebody
 * is off who would have to decide then: that is one failure more than a pair promises to survive.
 */
export function standStill(simulation: Simulation, machine: ProtectedMachine): void {
  const a = simulation.host("a");
  simulation.at(STOP_NS, () => {
    if (canDecide(simulation, machine)) a.pause();
  });
  simulation.at(GO_ON_NS, () => a.resume());
}

/** True while all are on that a machine's fence depends on. */
export function canDecide(simulation: Simulation, machine: ProtectedMachine): boolean {
  return machine.needs.every((name) => simulation.host(name).power === "on");
}
