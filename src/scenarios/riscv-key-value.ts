import { riscvKeyValue } from "../guest/riscv/riscv-key-value.ts";
import { ms, seconds } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/** One key-value server that runs on a RISC-V machine, two clients. */
export const riscvKeyValueScenario: Scenario = pairScenario({
  name: "riscv-kv",
  description: "a key-value server on a RISC-V machine, 100 requests each by two clients",
  until: seconds(1),
  image: ({ executeRetries = false }, broken) => riscvKeyValue({ executeRetries, broken }),
  clients: [
    { requests: 100, think: ms(7) },
    { requests: 100, think: ms(7) },
  ],
});
