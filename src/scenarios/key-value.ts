import { keyValue } from "../guest/key-value.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/** One key-value store, two clients. */
export const keyValueScenario: Scenario = pairScenario({
  name: "kv",
  description: "a key-value store in paged memory, 100 requests each by two clients",
  until: seconds(1),
  image: (defects) => keyValue({ ...defects, serviceNs: us(150) }),
  clients: [
    { requests: 100, think: ms(7) },
    { requests: 100, think: ms(7) },
  ],
});
