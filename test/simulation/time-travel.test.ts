import { counterScenario, ms, Simulation, seconds } from "standin";
import { expect, test } from "vitest";

const build = (simulation: Simulation): void => {
  counterScenario.build(simulation, {});
};
const crash = {
  version: 1,
  faults: [{ kind: "crash", host: "a", at: { atNs: ms(310) } }],
} as const;

test("time travel: a replay stands where it was told to, in the same run", () => {
  const sim = new Simulation({ seed: 3, build, plan: crash });
  sim.run({ until: ms(200) });
  const hash = sim.hash;
  sim.run({ until: seconds(1) });
  const before = sim.replayTo({ timeNs: ms(200) });
  expect([before.now, before.hash]).toEqual([ms(200), hash]);
  before.run({ until: seconds(1) });
  expect(before.hash).toBe(sim.hash);
});

test("time travel: to right after a record of the trace", () => {
  const sim = new Simulation({ seed: 3, build, plan: crash });
  let promoted = 0;
  sim.trace.addSink({
    record(_atNs, position, { kind }) {
      if (kind === "failover.loaded") promoted = position;
    },
  });
  sim.run({ until: seconds(1) });
  const then = sim.replayTo({ record: promoted });
  expect(then.trace.position).toBe(promoted);
  expect(then.machines[0]?.activeHost).toBeUndefined();
  then.run({ until: seconds(1) });
  expect(then.hash).toBe(sim.hash);
});

test("time travel: with another plan it becomes a fork", () => {
  const sim = new Simulation({ seed: 3, build });
  sim.run({ until: seconds(1) });
  const fork = sim.replayTo({ timeNs: ms(300) }, { plan: crash });
  expect(fork.machines[0]?.activeHost?.name).toBe("a");
  fork.run({ until: seconds(1) });
  expect(fork.machines[0]?.activeHost?.name).toBe("b");
  expect(sim.machines[0]?.activeHost?.name).toBe("a");
});

test("time travel: a simulation made step by step cannot be made again", () => {
  const sim = new Simulation({ seed: 3 });
  expect(() => sim.replayTo({ timeNs: 0 })).toThrow(expect.objectContaining({ code: "NO_BUILD" }));
});

test("named points: a host is crashed exactly at one", () => {
  const sim = new Simulation({ seed: 3, build });
  sim.when("commit.sent", { occurrence: 4 }).crash("a");
  sim.run({ until: seconds(1) });
  expect(sim.machines[0]?.activeHost?.name).toBe("b");
  expect(sim.clients[0]?.lost).toEqual([]);
});

test("named points: a process is held at one while the rest goes on", () => {
  const sim = new Simulation({ seed: 3, build });
  const held = sim.when("checkpoint.committed", { host: "b", occurrence: 3 }).hold();
  sim.run({ until: ms(300) });
  expect(held.reached).toBe(true);
  const stuck = sim.clients[0]?.acknowledged ?? 0;
  sim.run({ until: ms(600) });
  expect(sim.clients[0]?.acknowledged).toBe(stuck);
  held.release();
  sim.run({ until: seconds(2) });
  expect(sim.clients[0]?.acknowledged).toBe(150);
});

test("faults: a plan that does not fit the cluster is refused when the simulation is made", () => {
  const plan = { version: 1, faults: [{ kind: "crash", host: "z", at: { atNs: 5 } }] } as const;
  expect(() => new Simulation({ seed: 1, build, plan })).toThrow('"z"');
});

test("faults: the last copy is spared unless it is asked for", () => {
  const both = {
    version: 1,
    faults: [
      { kind: "crash", host: "a", at: { atNs: ms(310) } },
      { kind: "crash", host: "b", at: { atNs: ms(600) } },
    ],
  } as const;
  const spared = new Simulation({ seed: 3, build, plan: both });
  spared.run({ until: seconds(1) });
  expect(spared.machines[0]?.activeHost?.name).toBe("b");
  expect(spared.unsurvivable).toBeUndefined();
  const lost = new Simulation({
    seed: 3,
    build,
    plan: both,
    spareLastCopy: false,
    onViolation: "record",
  });
  lost.run({ until: seconds(1) });
  expect(lost.machines[0]?.activeHost).toBeUndefined();
  expect(lost.unsurvivable).toMatch(/^faults\[1\]/);
});
