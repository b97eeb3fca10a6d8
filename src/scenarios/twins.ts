import { keyValue } from "../guest/key-value.ts";
import { chosenScheme } from "../schemes/scheme-choice.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { defectsOf, partsOf, schemeOf } from "../verify/zoo.ts";
import { protectWhenAlone } from "./protect-when-alone.ts";
import type { Scenario } from "./scenario.ts";

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
