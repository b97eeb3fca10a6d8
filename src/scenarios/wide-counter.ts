import { counter } from "../guest/counter.ts";
import { ms, seconds } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/** A counter whose requests write all over its memory, so that checkpoints have many groups. */
export const wideCounterScenario: Scenario = pairScenario({
  name: "wide-counter",
  description: "a counter that rewrites 24 of 64 pages with each request, 60 each by two clients",
  until: seconds(1),
  image: (defects) => counter({ ...defects, touchPages: 64, rewritePages: 24 }),
  clients: [
    { requests: 60, think: ms(7) },
    { requests: 60, think: ms(7) },
  ],
});
