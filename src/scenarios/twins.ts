import { keyValue } from "../guest/key-value.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { defectsOf } from "../verify/zoo.ts";
import { protectWhenAlone } from "./protect-when-alone.ts";
import type { Scenario } from "./scenario.ts";
import { schemeFor } from "./scheme-for.ts";

/**
 * Two key-value stores on the same pair of hosts, both under one scheme, and an operator: where a machine
 * runs alone, the other host is switched on if it is off, and the machine protected again.
 */
export const twinsScenario: Scenario = {
  name: "twins",
  description: "two key-value stores under one scheme, whose hosts somebody switches on again",
  until: seconds(1),
  build(simulation, options) {
    const { link, detection, client, broken = [] } = options;
    const defects = defectsOf(broken);
    simulation.hosts(["a", "b"], { latency: us(50), ...link });
    const scheme = schemeFor(options);
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
