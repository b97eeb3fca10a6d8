import { expect, test } from "vitest";
import { simulate } from "../../src/cli/simulate.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { recordedIo } from "./recorded-io.ts";

function build(): Simulation {
  const simulation = new Simulation({ seed: 3 });
  counterScenario.build(simulation, { interval: ms(1) });
  return simulation;
}

test("simulate: a run in slices is the same run", async () => {
  const [sliced, whole] = [build(), build()];
  expect(await simulate(sliced, seconds(2), recordedIo())).toBe("done");
  whole.run({ until: seconds(2) });
  // More than one slice, or this test shows nothing.
  expect(whole.engine.events).toBeGreaterThan(20_000);
  expect(sliced.hash).toBe(whole.hash);
  expect(sliced.now).toBe(seconds(2));
});

test("simulate: an interruption ends it between two slices", async () => {
  const interruption = new AbortController();
  interruption.abort();
  const simulation = build();
  const io = recordedIo({ signal: interruption.signal });
  expect(await simulate(simulation, seconds(2), io)).toBe("interrupted");
  expect(simulation.now).toBeLessThan(seconds(2));
});

test("simulate: a short run shows no progress, on a terminal neither", async () => {
  const io = recordedIo({ isErrorTerminal: true });
  await simulate(build(), ms(20), io);
  expect(io.err()).toBe("");
});
