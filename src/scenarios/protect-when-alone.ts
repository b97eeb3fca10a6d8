import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";

/** How often somebody looks whether a machine runs alone. */
const LOOK_NS: Nanoseconds = ms(50);

/**
 * What the operator of hosts `a` and `b` does about one machine, again and again: where it runs alone, the
 * other host is switched on if it is off, and the machine protected again.
 */
export function protectWhenAlone(simulation: Simulation, machine: ProtectedMachine): void {
  simulation.at(simulation.now + LOOK_NS, () => {
    const serving = machine.activeNode;
    const other = simulation.host(serving?.host.name === "a" ? "b" : "a");
    if (serving?.alone === true) {
      if (other.power === "off") other.restart();
      if (machine.partOn(other) === undefined) simulation.protectAgain(machine, other);
    }
    protectWhenAlone(simulation, machine);
  });
}
