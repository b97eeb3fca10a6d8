import { riscvJournal } from "../guest/riscv/riscv-journal.ts";
import { ms, seconds } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/** One server that writes a journal to its disk, four clients. */
export const riscvJournalScenario: Scenario = pairScenario({
  name: "riscv-journal",
  description:
    "a RISC-V key-value server that journals to its disk, 50 requests each by four clients",
  until: seconds(1),
  // A slow disk: a machine that is stopped is often in the middle of a request.
  image: ({ executeRetries = false }, broken) =>
    riscvJournal({ executeRetries, broken, diskLatencyTicks: 100_000 }),
  clients: Array.from({ length: 4 }, () => ({ requests: 50, think: ms(4) })),
});
