import { counter } from "../guest/counter.ts";
import { ms, type Nanoseconds, seconds, us } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import { protectWhenAlone } from "./protect-when-alone.ts";
import type { Scenario } from "./scenario.ts";
import { canDecide } from "./stand-still.ts";

/** When the link is cut, in the middle of the clients' traffic. */
const CUT_NS: Nanoseconds = ms(100);

/** When it is whole again: after both have suspected each other, under the default time-out. */
const MENDED_NS: Nanoseconds = ms(230);

/**
 * A counter on two hosts that are cut off from each other, alive and well, and can have each other's power
 * cut. One of them is shot; somebody switches it on again.
 */
export const powerDuelScenario: Scenario = pairScenario({
  name: "power-duel",
  description:
    "a counter on hosts that lose sight of each other, of which one switches the other off",
  until: seconds(1),
  fence: "power",
  image: (defects) => counter({ ...defects, serviceNs: us(150) }),
  clients: [{ requests: 150, think: ms(5) }],
  operate(simulation, machine) {
    simulation.at(CUT_NS, () => {
      if (canDecide(simulation, machine)) simulation.network.partition("a", "b");
    });
    simulation.at(MENDED_NS, () => simulation.network.heal("a", "b"));
    protectWhenAlone(simulation, machine);
  },
});
