import { dice } from "../guest/dice.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/** A counter that throws dice at one of 8 requests: two machines say different things, a log says what was thrown. */
export const diceScenario: Scenario = pairScenario({
  name: "dice",
  description:
    "a counter that answers 1 of 8 requests with clock and random bits, 100 each by two clients",
  until: seconds(1),
  image: (defects) => dice({ ...defects, serviceNs: us(150) }),
  clients: [
    { requests: 100, think: ms(7) },
    { requests: 100, think: ms(7) },
  ],
});
