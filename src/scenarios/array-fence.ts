import { riscvJournal } from "../guest/riscv/riscv-journal.ts";
import { ms, seconds } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";
import { standStill } from "./stand-still.ts";

/**
 * A server that journals to its disk, which lies on a shared array, too. Its primary stands still for so
 * long that it is replaced; it goes on with a batch to write and the key that was revoked.
 */
export const arrayFenceScenario: Scenario = pairScenario({
  name: "array-fence",
  description: "a RISC-V journal on a shared array, whose primary stands still and is replaced",
  until: seconds(1),
  fence: "storage-reservation",
  image: ({ executeRetries = false }, broken) =>
    riscvJournal({ executeRetries, broken, diskLatencyTicks: 100_000 }),
  clients: Array.from({ length: 4 }, () => ({ requests: 50, think: ms(4) })),
  operate: standStill,
});
