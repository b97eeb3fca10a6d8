import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import { keyValue } from "../guest/key-value.ts";
import { chosenScheme } from "../schemes/scheme-choice.ts";
import { ms, type Nanoseconds, seconds, us } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { defectsOf, partsOf, schemeOf } from "../verify/zoo.ts";
import type { Scenario } from "./scenario.ts";

/** How often somebody looks whether a machine runs alone. */
const LOOK_NS: Nanoseconds = ms(50);

/**
 * Two key-value stores on the same pair of hosts, both under one scheme, and an operator: where a machine
 * runs alone, the other host is switched on if it is off, and the machine protected again.
 */
export const twinsScenario: Scenario = {
  name: "twins",
  description: "two key-value stores under one scheme, whose hosts somebody switches on again",
  until: seconds(1),
  build(simulation, { interval, link, detection, client, scheme: name, parts, broken = [] }) {
    const defects = defectsOf(broken);
    simulation.hosts(["a", "b"], { latency: us(50), ...link });
    const scheme = chosenScheme({
      scheme: schemeOf(broken) ?? name,
      ...(interval === undefined ? {} : { interval }),
      parts: { ...parts, ...partsOf(broken) },
      broken: defects,
    });
    for (const name of ["one", "other"]) {
      const image = keyValue({ ...defects.program, serviceNs: us(150) });
      const machine = simulation.protect(image, {
        name,
        primary: simulation.host("a"),
        secondary: simulation.host("b"),
        scheme,
        ...(detection === undefined ? {} : { detection }),
        broken: defects.cluster ?? {},
      });
      simulation.client(machine, { requests: 100, think: ms(7), ...client });
      protectWhenAlone(simulation, machine);
    }
  },
};

/** What the operator does about one machine, again and again. */
function protectWhenAlone(simulation: Simulation, machine: ProtectedMachine): void {
  simulation.at(simulation.now + LOOK_NS, () => {
    const serving = machine.activeNode;
    const other = simulation.host(serving?.host.name === "a" ? "b" : "a");
    if (serving?.alone === true) {
      if (other.power === "off") other.restart();
      const isPresent = machine.nodes.some(({ host, alive }) => host === other && alive);
      if (!isPresent) simulation.protectAgain(machine, other);
    }
    protectWhenAlone(simulation, machine);
  });
}
