// one SQLite machine under 25 ms checkpoints: how long 1 s of virtual time takes
import { Simulation, seconds } from "standin";
import loading from "../examples/sqlite/scenario.ts";

const RUNS = 5;
const scenario = await loading;
const times: number[] = [];
let last: Simulation | undefined;
for (let run = 0; run < RUNS; run += 1) {
  const startedAt = performance.now();
  const sim = new Simulation({ seed: 1 });
  scenario.build(sim, {});
  sim.run({ until: seconds(1) });
  times.push(performance.now() - startedAt);
  last = sim;
}
const median = times.sort((a, b) => a - b)[RUNS >> 1] ?? 0;
console.log(`sqlite scenario, 1 s virtual, ${RUNS} runs, boot and final comparison included`);
console.log(`  median ${Math.round(median)} ms, worst ${Math.round(times.at(-1) ?? 0)} ms`);
console.log(`  ${last?.clients[0]?.acknowledged} transactions, ${last?.engine.events} events`);
