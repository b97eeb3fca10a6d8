// covers src/cluster/fencing/installed-fence.ts
import { type ControllerOptions, fences, ms, Simulation, seconds, us } from "standin";
import { counter } from "standin/guests";
import { expect, test } from "vitest";
import type { Fence } from "../../../src/cluster/fencing/fence.ts";
import type { PowerFenceOptions } from "../../../src/cluster/fencing/power-fence.ts";
import { witnessFence } from "../../../src/cluster/fencing/witness-fence.ts";
import type { ClusterDefects } from "../../../src/cluster/protection.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";

interface Changes {
  readonly fence?: Fence;
  readonly controllers?: ControllerOptions;
  readonly broken?: ClusterDefects;
}

/** A counter fenced by power, asked every 2 ms. */
function pair(power: PowerFenceOptions = {}, { fence, controllers, broken }: Changes = {}) {
  const sim = new Simulation({ seed: 5, onViolation: "record" });
  const sink = new MemorySink();
  sim.trace.addSink(sink);
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50) });
  sim.controllers([a, b], controllers);
  const machine = sim.protect(counter(), {
    ...{ name: "m", primary: a, secondary: b, fence: fence ?? fences.power(power) },
    ...(broken === undefined ? {} : { broken }),
  });
  const client = sim.client(machine, { requests: 400, think: ms(2), timeout: ms(50) });
  const KINDS =
    /^(power|witness\.gr|witness\.ref|host\.crash|failover\.serv|protection\.lost|fence)/;
  const said = () =>
    sink.records
      .map(({ record }) => record)
      .filter(({ kind }) => KINDS.test(kind))
      .map(({ kind, host, on }) => [kind, on ?? host].join(" "));
  const kinds = () => said().map((each) => each.split(" ", 1)[0]);
  const violated = () => [...new Set(sim.violations.map(({ name }) => name))];
  return { sim, a, b, machine, client, said, kinds, violated };
}

test("power fence: a stand-in asks the witness, shoots, waits for the confirmation, and serves", () => {
  const { sim, a, b, machine, client, said, violated } = pair();
  sim.at(ms(100), () => a.pause());
  sim.run({ until: seconds(2) });
  expect(said()).toEqual([
    ...["fence.installed a", "fence.needs witness", "fence.needs bmc a", "fence.needs bmc b"],
    ...["witness.granted b", "power.ordered b", "host.crashed a", "power.cut a"],
    ...["power.confirmed b", "failover.serving b"],
  ]);
  expect([a.power, machine.activeHost, client.acknowledged]).toEqual(["off", b, 400]);
  expect(violated()).toEqual([]);
});

test("power fence: as long as the management network is cut nobody serves, and afterwards one does", () => {
  const { sim, a, b, machine, client, violated } = pair();
  sim.network.partition("b", "bmc a");
  sim.at(ms(100), () => a.crash());
  sim.run({ until: seconds(1) });
  expect(machine.activeHost).toBeUndefined();
  const answered = client.acknowledged;
  sim.network.heal("b", "bmc a");
  sim.run({ until: seconds(3) });
  expect([machine.activeHost, client.acknowledged]).toEqual([b, 400]);
  expect(answered).toBeLessThan(60);
  expect(violated()).toEqual([]);
});

test("power fence: a slow controller is waited for", () => {
  const { sim, a, b, machine, violated } = pair({}, { controllers: { powerOff: ms(400) } });
  sim.at(ms(100), () => a.pause());
  sim.run({ until: ms(550) });
  expect(machine.activeHost).toBe(a);
  expect(b.power).toBe("on");
  sim.run({ until: ms(700) });
  expect([machine.activeHost, violated()]).toEqual([b, []]);
});

test("power fence: where it may, it serves on the witness's word when nobody confirms", () => {
  const { sim, a, b, machine, kinds, violated } = pair({ unconfirmed: "serve", patience: ms(60) });
  sim.network.partition("b", "bmc a");
  sim.at(ms(100), () => a.pause());
  sim.at(ms(600), () => a.resume());
  sim.run({ until: seconds(2) });
  expect(machine.activeHost).toBe(b);
  // The old primary lives, has been refused and is silent.
  expect(a.power).toBe("on");
  expect(kinds()).toContain("power.unconfirmed");
  expect(kinds()).toContain("witness.refused");
  expect(violated()).toEqual([]);
});

test("power fence: with a head start and no witness the primary shoots first, after a cut", () => {
  const { sim, a, b, machine, said, violated } = pair({ decision: "head-start" });
  sim.at(ms(100), () => sim.network.partition("a", "b"));
  sim.run({ until: seconds(2) });
  expect([machine.activeHost, b.power]).toEqual([a, "off"]);
  expect(said()).not.toContain("witness.granted a");
  expect(sim.network.hosts.map(({ name }) => name)).not.toContain("witness");
  expect(violated()).toEqual([]);
});

test("power fence: with a head start a stand-in for a dead primary shoots when it is over", () => {
  const { sim, a, b, machine, client, violated } = pair({
    decision: "head-start",
    headStart: ms(80),
  });
  sim.at(ms(100), () => a.crash());
  sim.run({ until: ms(260) });
  expect(machine.activeHost).toBeUndefined();
  sim.run({ until: seconds(2) });
  expect([machine.activeHost, client.acknowledged, violated()]).toEqual([b, 400, []]);
});

test("fence race: without a decision before it both hosts of a cut link are shot", () => {
  const { sim, a, b, violated } = pair({}, { broken: { fenceRace: true } });
  sim.at(ms(100), () => sim.network.partition("a", "b"));
  sim.run({ until: seconds(1) });
  expect([a.power, b.power]).toEqual(["off", "off"]);
  expect(violated()).toContain("nothing-lost");
});

test("fence race: a head start that is shorter than the shot takes is no remedy, a witness is", () => {
  const controllers = { powerOff: ms(150) };
  for (const [power, alive] of [
    [{ decision: "head-start", headStart: ms(50) }, 0],
    [{ decision: "head-start", headStart: ms(250) }, 1],
    [{ decision: "witness" }, 1],
  ] as const) {
    const { sim, a, b } = pair(power, { controllers });
    sim.at(ms(100), () => sim.network.partition("a", "b"));
    sim.run({ until: seconds(1) });
    expect([a, b].filter(({ power: state }) => state === "on")).toHaveLength(alive);
  }
});

test("fence skipped, on purpose: the old primary is still on when its successor serves", () => {
  const { sim, a, violated } = pair({}, { broken: { fenceSkipped: true } });
  sim.at(ms(100), () => a.pause());
  sim.run({ until: seconds(1) });
  expect(violated()).toEqual(["one-server"]);
});

test("power fence: a secondary that is handed the machine, or dismissed, is not shot, nor shoots", () => {
  for (const order of ["handOver", "dismiss"] as const) {
    const { sim, a, b, machine, kinds, violated } = pair();
    sim.at(ms(100), () => machine[order]());
    sim.run({ until: seconds(2) });
    expect([a.power, b.power]).toEqual(["on", "on"]);
    expect(machine.activeHost).toBe(order === "handOver" ? b : a);
    expect(kinds()).toContain("power.spared");
    expect(violated()).toEqual([]);
  }
});

test("two fences of which either is enough: the machine forks, so there is no such fence", () => {
  // Power, or else the witness's word, without asking it first: what a free choice would be.
  const power = fences.power({ decision: "head-start", headStart: 1 });
  const witness = witnessFence();
  const either: Fence = {
    ...power,
    decider: "witness",
    *claim(party, term) {
      const { network, host, peer } = party;
      const link = network.link(host, `bmc ${peer}`).from(host);
      return yield* (link.isCut ? witness : power).claim(party, term);
    },
  };
  const { sim, machine, b, violated } = pair(
    {},
    { fence: either, controllers: { powerOff: ms(60) } },
  );
  sim.network.partition("a", "bmc b");
  sim.at(ms(100), () => sim.network.partition("a", "b"));
  sim.run({ until: seconds(2) });
  // a has answered on the witness's word; then b has shot it, and knows nothing of those answers.
  expect(machine.activeHost).toBe(b);
  expect(violated()).toContain("one-server");
});
