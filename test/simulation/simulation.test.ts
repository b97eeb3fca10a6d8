// covers src/cluster/machine-node.ts, src/cluster/peer.ts, src/cluster/primary-role.ts, src/cluster/protected-machine.ts, src/cluster/secondary-role.ts, src/schemes/checkpoint.ts, src/schemes/schemes.ts, src/verify/audited-client.ts
import { ms, Simulation, schemes, seconds, WITNESS_HOST } from "standin";
import { counter } from "standin/guests";
import { expect, test } from "vitest";
import { pairUnderTest } from "./pair-under-test.ts";

test("simulation: same seed, same run; another seed, another run", () => {
  const hash = (seed: number): string => {
    const { sim, a } = pairUnderTest({ seed });
    sim.at(ms(70), () => a.crash());
    sim.run({ until: ms(400) });
    return sim.hash;
  };
  expect(hash(1)).toBe(hash(1));
  expect(hash(1)).not.toBe(hash(2));
});

test("simulation: stopping on the way changes nothing", () => {
  const [whole, parts] = [pairUnderTest(), pairUnderTest()];
  whole.sim.run({ until: ms(300) });
  for (const until of [ms(1), ms(77), ms(77), ms(300)]) parts.sim.run({ until });
  expect(parts.sim.hash).toBe(whole.sim.hash);
});

test("simulation: looking at a machine changes nothing of the run", () => {
  const [looked, left] = [pairUnderTest(), pairUnderTest()];
  looked.sim.run({ until: ms(100) });
  left.sim.run({ until: ms(100) });
  const guest = looked.sim.inspect(looked.machine);
  guest?.memory.store8(0, 0xff);
  guest?.run(ms(1));
  looked.sim.run({ until: ms(300) });
  left.sim.run({ until: ms(300) });
  expect(looked.sim.hash).toBe(left.sim.hash);
});

test("simulation: primary and secondary share no memory", () => {
  const { sim, machine } = pairUnderTest();
  sim.run({ until: ms(100) });
  const [primary, secondary] = machine.nodes;
  const before = secondary!.vm.guest.memory.page(0).slice();
  primary!.vm.guest.memory.store8(100, 0x5a);
  expect(secondary!.vm.guest.memory.page(0)).toEqual(before);
  expect(primary!.vm.guest.memory.page(0)).not.toEqual(before);
});

test("simulation: several machines on the same hosts do not disturb each other", () => {
  const sim = new Simulation({ seed: 3 });
  const { a, b, c } = sim.hosts(["a", "b", "c"]);
  const machines = [
    sim.protect(counter(), { primary: a, secondary: b }),
    sim.protect(counter(), { primary: b, secondary: c }),
    sim.protect(counter(), { primary: c, secondary: a, name: "third" }),
  ];
  const clients = machines.map((machine) => sim.client(machine, { requests: 200 }));
  sim.at(ms(90), () => b.crash());
  sim.run({ until: seconds(1) });
  expect(machines.map(({ name }) => name)).toEqual(["counter", "counter-2", "third"]);
  expect(machines.map(({ activeHost }) => activeHost?.name)).toEqual(["a", "c", "c"]);
  expect(machines.map(({ isProtected }) => isProtected)).toEqual([false, false, true]);
  expect(clients.map(({ acknowledged }) => acknowledged)).toEqual([200, 200, 200]);
});

test("simulation: hosts of two calls are linked when they protect a machine together", () => {
  const sim = new Simulation({ seed: 3 });
  const { a } = sim.hosts(["a"]);
  const { b } = sim.hosts(["b"]);
  expect(sim.network.linked(a, b)).toBe(false);
  sim.protect(counter(), { primary: a, secondary: b });
  expect(sim.network.linked(a, b)).toBe(true);
  expect(sim.network.linked(a, WITNESS_HOST)).toBe(true);
});

test("simulation: a machine is lost to no client while it is between two hosts", () => {
  const { sim, a, client } = pairUnderTest();
  sim.at(ms(60), () => a.crash());
  sim.run({ until: ms(100) });
  expect(sim.violations).toEqual([]);
  sim.run({ until: seconds(1) });
  expect(client.acknowledged).toBe(400);
});

test("simulation: what is checked has names", () => {
  const { sim } = pairUnderTest();
  expect(sim.invariants).toHaveLength(12);
  expect(sim.machines).toHaveLength(1);
  expect(sim.clients).toHaveLength(1);
});

test("simulation: mistakes are refused, in a sentence, and change nothing", () => {
  const sim = new Simulation({ seed: 1 });
  const { a, b } = sim.hosts(["a", "b"]);
  const refused = (act: () => unknown, code: string, message: string): void => {
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code }));
  };
  refused(() => new Simulation({ seed: 0.5 }), "SEED", "expected a safe integer, got 0.5");
  refused(() => sim.hosts(["a"]), "HOST_EXISTS", 'got "a"');
  refused(() => sim.host("z"), "NO_SUCH_HOST", 'expected one of a, b, got "z"');
  refused(
    () => sim.protect(counter(), { primary: a, secondary: a }),
    "SAME_HOST",
    "got a for both",
  );
  refused(
    () => sim.protect(counter(), { primary: a, secondary: b, detection: { timeout: 1 } }),
    "DETECTION_OPTION",
    "timeout: expected more than the heartbeat of",
  );
  refused(() => schemes.checkpoint({ interval: -1 }), "CHECKPOINT_OPTION", "got -1");
  expect(sim.machines).toEqual([]);
  sim.protect(counter(), { primary: a, secondary: b, name: "m" });
  refused(
    () => sim.protect(counter(), { primary: a, secondary: b, name: "m" }),
    "MACHINE_EXISTS",
    'got "m"',
  );
  refused(
    () => sim.protect(counter(), { primary: a, secondary: b, name: "é" }),
    "MACHINE_NAME",
    'got "é"',
  );
  expect(sim.machines).toHaveLength(1);
  sim.run({ until: ms(5) });
  refused(() => sim.at(ms(4), () => undefined), "TIME_IS_OVER", "expected 5 ms or later");
  refused(() => sim.at(Number.NaN, () => undefined), "TIME_IS_OVER", "got NaN");
});
