import { riscvHypervisor } from "../guest/riscv/riscv-hypervisor.ts";
import { seconds } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

const SEED_MAX = 1_000_000;

/** A hypervisor with two inner machines, which nobody asks for anything, and its console. */
export const riscvNestedScenario: Scenario = pairScenario({
  name: "riscv-nested",
  description:
    "a hypervisor on a RISC-V machine that runs two inner machines and prints their sums",
  until: seconds(1),
  // what the inner machines write is all that a seed could change
  image: (_program, broken, random) =>
    riscvHypervisor({ seed: random.between(1, SEED_MAX), broken }),
  clients: [],
  console: true,
});
