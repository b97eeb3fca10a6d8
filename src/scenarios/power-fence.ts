import { counter } from "../guest/counter.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";
import { standStill } from "./stand-still.ts";

/**
 * A counter on hosts that hear each other on two paths and have each other's power cut. Its primary stands
 * still for a while: long enough that it is shot, and would go on if it were not.
 */
export const powerFenceScenario: Scenario = pairScenario({
  name: "power-fence",
  description: "a counter whose primary stands still, and is switched off by its successor",
  until: seconds(1),
  fence: "power",
  detection: { paths: ["link", "switch"], trafficCounts: true, replicationTimeout: ms(300) },
  image: (defects) => counter({ ...defects, serviceNs: us(150) }),
  clients: [{ requests: 150, think: ms(5) }],
  operate: standStill,
});
