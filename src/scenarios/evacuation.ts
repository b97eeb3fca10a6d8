import { keyValue } from "../guest/key-value.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { ms, us } from "../sim/time.ts";
import { defectsOf } from "../verify/zoo.ts";
import type { Scenario } from "./scenario.ts";
import { schemeFor } from "./scheme-for.ts";

/** Memory of each of the machines. Some hosts have room for one, some for two. */
const MACHINE_BYTES = 256 * 1024;

/**
 * Two key-value stores on four hosts in three racks, looked after by a coordinator. Host b is to be left empty,
 * and is used again when a is: secondaries are dismissed and made anew elsewhere, primaries handed over.
 */
export const evacuationScenario: Scenario = {
  name: "evacuation",
  description: "two key-value stores on four hosts, of which one after the other is emptied",
  until: ms(1_500),
  build(simulation, options) {
    const { link, detection, client, broken = [] } = options;
    const defects = defectsOf(broken);
    const { a, b, c, d } = simulation.hosts(["a", "b", "c", "d"], { latency: us(50), ...link });
    const cluster = simulation.manage({
      hosts: [
        { host: a, domain: "rack 1", memoryBytes: MACHINE_BYTES },
        { host: b, domain: "rack 2", memoryBytes: 2 * MACHINE_BYTES },
        { host: c, domain: "rack 3", memoryBytes: 2 * MACHINE_BYTES },
        { host: d, domain: "rack 1", memoryBytes: 2 * MACHINE_BYTES },
      ],
      ...{ report: ms(40), look: ms(20), silence: ms(150) },
      broken: defects.placement ?? {},
    });
    const scheme = schemeFor(options);
    for (const [service, primary, secondary] of [
      ["one", a, b],
      ["other", b, c],
    ] as const) {
      const image = keyValue({
        ...defects.program,
        serviceNs: us(150),
        memoryBytes: MACHINE_BYTES,
      });
      const machine = cluster.protect(image, {
        ...{ name: service, primary, secondary, scheme, broken: defects.cluster ?? {} },
        ...(detection === undefined ? {} : { detection }),
      });
      simulation.client(machine, { requests: 100, think: ms(10), ...client });
    }
    simulation.at(ms(250), () => tryTo(() => cluster.evacuate(b)));
    simulation.at(ms(800), () => cluster.endMaintenance(b));
    simulation.at(ms(900), () => tryTo(() => cluster.evacuate(a)));
  },
};

/** What an operator asks for and may be told cannot be: hosts may have failed. */
function tryTo(ask: () => void): void {
  try {
    ask();
  } catch (error) {
    if (!(error instanceof StandinRangeError) || error.code !== "EVACUATION") throw error;
  }
}
