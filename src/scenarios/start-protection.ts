import { counter } from "../guest/counter.ts";
import type { GuestImage } from "../guest/guest.ts";
import { riscvKeyValue } from "../guest/riscv/riscv-key-value.ts";
import { ms, type Nanoseconds, seconds, us } from "../sim/time.ts";
import { type Defects, defectsOf } from "../verify/zoo.ts";
import type { Scenario } from "./scenario.ts";
import { schemeFor } from "./scheme-for.ts";

/** When protection is started: in the middle of the traffic, well before the times of usual crashes. */
const START_NS: Nanoseconds = ms(100);

/** What differs between the two. */
interface StartScenarioOptions {
  readonly name: string;
  readonly description: string;
  readonly image: (defects: Defects) => GuestImage;
}

/** A scenario of a machine that runs on the bare host a and is protected, with b, while two clients ask it. */
function startScenario({ name, description, image }: StartScenarioOptions): Scenario {
  return {
    name,
    description,
    until: seconds(1),
    build(simulation, options) {
      const { link, detection, client, broken = [] } = options;
      const defects = defectsOf(broken);
      const { a, b } = simulation.hosts(["a", "b"], { latency: us(50), ...link });
      const { cluster = {} } = defects;
      const machine = simulation.boot(image(defects), { name, host: a, broken: cluster });
      const scheme = schemeFor(options);
      for (let count = 0; count < 2; count += 1) {
        simulation.client(machine, { requests: 100, think: ms(7), ...client });
      }
      simulation.at(START_NS, () => {
        // What runs no more, or has nowhere to be copied to, is not protected: somebody would see to it first.
        if (machine.activeHost === undefined || b.power === "off") return;
        simulation.startProtection(machine, {
          secondary: b,
          scheme,
          ...(detection === undefined ? {} : { detection }),
          broken: cluster,
        });
      });
    },
  };
}

/** A counter on the bare host a, with enough memory for a round of copying, protected while it serves. */
export const startProtectionScenario: Scenario = startScenario({
  name: "start-protection",
  description: "a counter on a bare host, whose protection is started after 100 ms",
  image: ({ program = {} }) =>
    counter({ ...program, serviceNs: us(150), touchPages: 200, rewritePages: 6 }),
});

/** The same of a server on a RISC-V machine, whose device tree shows what firmware has kept. */
export const riscvStartProtectionScenario: Scenario = startScenario({
  name: "riscv-start-protection",
  description: "a RISC-V key-value server on a bare host, whose protection is started after 100 ms",
  image: ({ program = {}, machine = {} }) =>
    riscvKeyValue({ executeRetries: program.executeRetries ?? false, broken: machine }),
});
