import { riscvRace } from "../guest/riscv/riscv-race.ts";
import { ms, seconds } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/**
 * A machine with two processors that race at each request. No log can hold who comes when.
 *
 * It holds, whatever fails, under `checkpoint` and `remus`, which copy what came of the race, and under `colo`,
 * `active-active` and `quasi-lockstep`, which let nothing out that only one machine has said.
 *
 * Under `vmware-ft` the replay diverges with nearly each request, which is noticed and mended by a checkpoint; while
 * nothing fails all holds. What fails right after a request finds a secondary whose replay has gone its own way, and
 * output that had left on the strength of the log: the machine is gone (`nothing-lost`), or one stands in that is
 * not the same (`replay-identity`). Under `hybrid`, which looks only when it stands in, every failover comes to
 * that. Neither protects such a machine, and VMware FT did not.
 */
export const twoHartsScenario: Scenario = pairScenario({
  name: "two-harts",
  description: "a RISC-V machine whose two harts race at each request, 60 each by two clients",
  until: seconds(1),
  image: ({ executeRetries = false }, broken) => riscvRace({ executeRetries, broken }),
  clients: [
    { requests: 60, think: ms(12) },
    { requests: 60, think: ms(12) },
  ],
});
