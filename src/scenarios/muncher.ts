import { riscvMuncher } from "../guest/riscv/riscv-muncher.ts";
import { seconds } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

const SEED_MAX = 1_000_000;

/** A machine that dirties most of 6 MiB between two checkpoints, a word or two on each page, and its console. */
export const muncherScenario: Scenario = pairScenario({
  name: "muncher",
  description: "a RISC-V machine that writes words all over 6 MiB of its memory and sums them up",
  until: seconds(1),
  // what is written where is all that a seed could change
  image: (_program, broken, random) =>
    riscvMuncher({
      pages: 1_536,
      writesPerRound: 100,
      // summing up takes 70 ms, in which nothing is written
      reportRounds: 400,
      // its memory is full of words before anything is copied
      bootRounds: 100,
      seed: random.between(1, SEED_MAX),
      broken,
    }),
  clients: [],
  console: true,
});
