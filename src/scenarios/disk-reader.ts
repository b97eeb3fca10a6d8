import { riscvDiskReader } from "../guest/riscv/riscv-disk-reader.ts";
import { ms } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

const SEED_MAX = 1_000_000;

/**
 * A machine that reads its disk all the time, and its console. Schemes with a log put what it reads into it, as
 * VMware FT (2010) does unless told otherwise.
 */
export const diskReaderScenario: Scenario = pairScenario({
  name: "disk-reader",
  description: "a RISC-V machine that reads its disk here and there and sums up what it read",
  until: ms(500),
  image: (_program, broken, random) =>
    riscvDiskReader({
      // a slow disk: a machine that is stopped is often in the middle of a read
      ...{ period: 20_000, diskLatencyTicks: 100_000, reportReads: 20 },
      seed: random.between(1, SEED_MAX),
      broken,
    }),
  clients: [],
  console: true,
  diskReads: "logged",
});
