// covers src/cluster/duplication/source-role.ts, src/cluster/duplication/target-role.ts
import { expect, test } from "vitest";
import type { Duplication } from "../../../src/cluster/duplication/duplication.ts";
import { counter } from "../../../src/guest/counter.ts";
import { ms, us } from "../../../src/sim/time.ts";
import type { TraceRecord } from "../../../src/sim/trace.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";

/** The steps of a duplication at the source and at a target, as far as they come without a fault. */
const STEPS = [
  ...["started", "paused", "copied", "resumed", "sent", "finished"],
  ...["accepted", "received", "configured", "serving"],
].map((step) => `duplication.${step}`);

const HOSTS = ["a", "b", "c", "d", "witness"] as const;

/** What happens to a run at a step of a duplication. */
type Disturb = (sim: Simulation) => void;

interface Run {
  readonly sim: Simulation;
  readonly made: Duplication;
  readonly records: readonly TraceRecord[];
}

/** A counter on a and b with traffic, copied to c and d; whatever happens must leave these promises. */
function duplicated(disturb: Disturb): Run {
  const sim = new Simulation({ seed: 5 });
  const records: TraceRecord[] = [];
  sim.trace.addSink({ record: (_atNs, _position, record) => records.push(record) });
  const { a, b, c, d } = sim.hosts(["a", "b", "c", "d"], { latency: us(50) });
  const image = counter({ duplication: {}, touchPages: 200, rewritePages: 24 });
  const machine = sim.protect(image, {
    name: "store",
    primary: a,
    secondary: b,
    detection: { heartbeat: ms(2), timeout: ms(20) },
  });
  const client = sim.client(machine, { requests: 60, think: ms(2) });
  const profile = (name: string) => ({
    role: "copy",
    hostName: `${name}.example`,
    address: `copy on ${name}`,
  });
  sim.run({ until: ms(40) });
  const made = sim.duplicate(machine, {
    targets: [c, d].map((host) => ({ host, profile: profile(host.name) })),
    patience: ms(30),
  });
  disturb(sim);
  sim.run({ until: ms(300) });
  // Every copy that runs is asked, and so is the source.
  for (const copy of made.duplicates) {
    expect(copy.pending && sim.host("witness").power === "on").toBe(false);
    if (copy.machine?.activeNode !== undefined) sim.client(copy.machine, { requests: 5 });
  }
  sim.run({ until: ms(900) });
  // Never harmed: it goes on, here or, when its own host has died, at its stand-by.
  expect(machine.activeNode).toBeDefined();
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([60, [], []]);
  for (const { machine: asked, acknowledged, requests } of sim.clients) {
    const serves = sim.machines.find(({ name }) => name === asked)?.activeNode !== undefined;
    expect(!serves || acknowledged === requests).toBe(true);
  }
  for (const copy of made.duplicates) {
    // Whole under its own profile, or not at all.
    const served = records.find(
      (record) => record.kind === "duplication.serving" && record["host"] === copy.host.name,
    );
    expect(served === undefined).toBe(copy.machine === undefined);
    expect([undefined, `copy on ${copy.host.name}`]).toContain(served?.["machine"]);
    const guest = copy.machine?.activeNode?.vm.guest;
    if (guest !== undefined) expect(guest.duplication!.identity.address).toBe(copy.machine!.name);
    if (copy.state === "failed") expect(copy.reason).toBeDefined();
  }
  return { sim, made, records };
}

test("duplication faults: without any, every step is passed and both copies run", () => {
  const { made, records } = duplicated(() => undefined);
  expect(made.duplicates.map(({ state }) => state)).toEqual(["running", "running"]);
  for (const step of STEPS) expect(records.some(({ kind }) => kind === step)).toBe(true);
  expect(
    records.some(({ kind, pages }) => kind === "duplication.copied" && Number(pages) > 200),
  ).toBe(true);
});

test.each(STEPS.flatMap((step) => HOSTS.map((host) => [step, host] as const)))(
  "duplication faults: at %s %s crashes",
  (step, host) => {
    const { sim, made } = duplicated((run) => run.when(step).crash(host));
    expect(sim.host(host).power).toBe("off");
    const states = made.duplicates.map(({ state }) => state);
    // Who has nothing to do with it is not disturbed by it.
    if (host === "c") expect(states[1]).toBe("running");
    if (host === "d") expect(states[0]).toBe("running");
    if (host === "b") expect(states).toEqual(["running", "running"]);
    // The source's host is needed until all that a target needs is on its way.
    const isOver = ["sent", "finished", "received", "configured", "serving"].some((end) =>
      step.endsWith(end),
    );
    if (host === "a" && !isOver) expect(states).toEqual(["failed", "failed"]);
  },
);

test.each(
  STEPS.flatMap((step) =>
    [
      ["a", "c"],
      ["a", "d"],
      ["c", "witness"],
      ["a", "b"],
      ["c", "d"],
    ].map(([from, other]) => [step, from!, other!] as const),
  ),
)("duplication faults: at %s the way between %s and %s is cut", (step, from, other) => {
  const { made } = duplicated((sim) => {
    sim.when(step, { occurrence: 1 }).observe(() => {
      sim.engine.schedule(0, () => sim.network.partition(from, other));
      sim.engine.schedule(ms(200), () => sim.network.heal(from, other));
    });
  });
  // The other target is not held up for ever, and a copy that had come whole is not forgotten.
  expect(made.on(made.duplicates[1]!.host)!.pending).toBe(false);
  if (from === "a" && other === "c") expect(made.duplicates[1]!.state).toBe("running");
  if (other === "witness" || from === "c") {
    expect(made.duplicates.map(({ state }) => state)).toEqual(["running", "running"]);
  }
});

test.each(["a", "c"])(
  "duplication faults: %s keeps still for longer than anybody's patience",
  (host) => {
    for (const step of ["duplication.paused", "duplication.resumed", "duplication.accepted"]) {
      const { made } = duplicated((sim) => sim.when(step).pause(host, ms(90)));
      expect(made.over).toBe(true);
    }
  },
);

test("duplication faults: a target that failed can be tried again, under the same address", () => {
  const { sim, made } = duplicated((run) => run.when("duplication.received").crash("c"));
  const { c } = { c: sim.host("c") };
  expect(made.on(c)?.reason).toBe("c has crashed");
  c.restart();
  const again = sim.duplicate(made.source, { targets: [{ host: c }] });
  sim.run({ until: ms(1_000) });
  expect(again.on(c)?.state).toBe("running");
  expect(again.on(c)?.machine?.name).toBe("copy on c");
});
