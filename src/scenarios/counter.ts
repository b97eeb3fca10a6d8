import { counter } from "../guest/counter.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/** One counter, one client that increments it 150 times, all through the second. */
export const counterScenario: Scenario = pairScenario({
  name: "counter",
  description: "a counter in paged memory, incremented 150 times by one client",
  until: seconds(1),
  image: (defects) => counter({ ...defects, serviceNs: us(150) }),
  clients: [{ requests: 150, think: ms(5) }],
});
