// covers src/simulation/simulation.ts
import { expect, test } from "vitest";
import { riscvKeyValue } from "../../src/guest/riscv/riscv-key-value.ts";
import { ms } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

const FAILOVERS = 20;
const ROUND_NS = ms(300);

test("riscv-kv: a key-value server keeps its client through 20 failovers, back and forth", () => {
  const simulation = new Simulation({ seed: 11 });
  const { a, b } = simulation.hosts(["a", "b"]);
  const machine = simulation.protect(riscvKeyValue(), { primary: a, secondary: b });
  const client = simulation.client(machine, { requests: 2_500, think: ms(2) });
  let served = 0;
  simulation.trace.addSink({
    record(_at, _position, { kind }) {
      if (kind === "failover.serving") served += 1;
    },
  });
  for (let round = 0; round < FAILOVERS; round += 1) {
    const [fails, standsIn] = round % 2 === 0 ? [a, b] : [b, a];
    const fromNs = ms(100) + round * ROUND_NS;
    simulation.at(fromNs, () => {
      expect(machine.isProtected).toBe(true);
      fails.crash();
    });
    simulation.at(fromNs + ms(180), () => {
      expect(machine.activeHost).toBe(standsIn);
      fails.restart();
      simulation.protectAgain(machine, fails);
    });
  }
  simulation.run({ until: ms(100) + (FAILOVERS + 15) * ROUND_NS });
  expect(served).toBe(FAILOVERS);
  expect(machine.activeNode?.term).toBe(FAILOVERS + 1);
  expect(client.acknowledged).toBe(2_500);
  expect([client.lost, client.duplicated]).toEqual([[], []]);
});
