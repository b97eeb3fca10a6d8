// covers src/simulation/simulation.ts, src/cluster/protected-machine.ts
import { expect, test } from "vitest";
import { counter } from "../../src/guest/counter.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

function pair() {
  const simulation = new Simulation({ seed: 7 });
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(50) });
  const machine = simulation.protect(counter(), { primary: a, secondary: b });
  return { simulation, machine, a, b };
}

test("protect again: a machine survives six failovers, back and forth, and its client loses nothing", () => {
  const { simulation, machine, a, b } = pair();
  const client = simulation.client(machine, { requests: 2_000, think: ms(2) });
  const kinds: string[] = [];
  simulation.trace.addSink({ record: (_at, _position, { kind }) => kinds.push(kind) });
  for (let round = 0; round < 6; round += 1) {
    const [fails, standsIn] = round % 2 === 0 ? [a, b] : [b, a];
    const from = ms(300 + round * 600);
    simulation.at(from, () => fails.crash());
    simulation.at(from + ms(200), () => {
      expect(machine.activeHost).toBe(standsIn);
      expect(machine.isProtected).toBe(false);
      fails.restart();
    });
    simulation.at(from + ms(210), () => simulation.protectAgain(machine, fails));
    simulation.at(from + ms(400), () => expect(machine.isProtected).toBe(true));
  }
  simulation.run({ until: seconds(6) });
  expect(kinds.filter((kind) => kind === "failover.serving")).toHaveLength(6);
  expect(machine.activeHost).toBe(a);
  expect(machine.activeNode?.term).toBe(7);
  expect(machine.nodes.map(({ host }) => host.name)).toEqual(["a", "b"]);
  expect(client.acknowledged).toBe(2_000);
  expect(client.lost).toEqual([]);
  expect(client.duplicated).toEqual([]);
});

test("protect again: a primary that lost its secondary takes it back, and may die then", () => {
  const { simulation, machine, a, b } = pair();
  const client = simulation.client(machine, { requests: 400, think: ms(2) });
  simulation.at(ms(200), () => b.crash());
  simulation.at(ms(400), () => b.restart());
  simulation.at(ms(401), () => simulation.protectAgain(machine, b));
  simulation.at(ms(600), () => a.crash());
  simulation.run({ until: seconds(2) });
  expect(machine.activeHost).toBe(b);
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([400, [], []]);
});

test("protect again: a third host can stand in for a pair of which one is gone", () => {
  const { simulation, machine, a, b } = pair();
  const { c } = simulation.hosts(["c"]);
  const client = simulation.client(machine, { requests: 400, think: ms(2) });
  simulation.at(ms(200), () => a.crash());
  simulation.at(ms(400), () => simulation.protectAgain(machine, c));
  simulation.at(ms(600), () => b.crash());
  simulation.run({ until: seconds(2) });
  expect(machine.activeHost).toBe(c);
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([400, [], []]);
});

test("protect again: refused while the machine is protected or undecided, or the host cannot", () => {
  const { simulation, machine, a, b } = pair();
  simulation.run({ until: ms(100) });
  expect(() => simulation.protectAgain(machine, b)).toThrow("runs alone, got counter");
  b.crash();
  simulation.run({ until: ms(120) });
  expect(() => simulation.protectAgain(machine, b)).toThrow("that is protected, or undecided");
  simulation.run({ until: ms(400) });
  expect(() => simulation.protectAgain(machine, b)).toThrow("got b, which is off");
  expect(() => simulation.protectAgain(machine, a)).toThrow(
    "got a, which has a part of it: primary",
  );
  expect(machine.activeHost).toBe(a);
  a.crash();
  expect(() => simulation.protectAgain(machine, b)).toThrow("that nobody serves");
});
