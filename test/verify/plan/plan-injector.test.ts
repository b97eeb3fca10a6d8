import fc from "fast-check";
import { expect, test } from "vitest";
import { ClientNetwork } from "../../../src/host/client-network.ts";
import type { Host } from "../../../src/host/host.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";
import { sleep } from "../../../src/sim/process.ts";
import { ms, us } from "../../../src/sim/time.ts";
import type { TraceRecord } from "../../../src/sim/trace.ts";
import { Atlas } from "../../../src/verify/plan/atlas.ts";
import type { Fault, FaultPlan, Moment } from "../../../src/verify/plan/fault.ts";
import { PlanInjector, type PlanInjectorOptions } from "../../../src/verify/plan/plan-injector.ts";
import { anyFault } from "./arbitrary-plan.ts";

/** Two linked hosts that each announce a point every millisecond and send the other a packet. */
function cluster(faults: readonly Fault[], options: PlanInjectorOptions = {}) {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const clientNetwork = new ClientNetwork(engine);
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const steps: string[] = [];
  const talk = (host: Host, peer: string): void => {
    const inbox = host.open("talk");
    engine.spawn(`talk on ${host.name}`, host.owner, function* () {
      for (let step = 1; ; step += 1) {
        yield* sleep(ms(1));
        yield* engine.announce({ kind: "my.point", host: host.name, step });
        steps.push(`${host.name} ${step}`);
        network.send(host, peer, "talk", new Uint8Array([step & 0xff]));
        while (inbox.tryReceive() !== undefined);
      }
    });
  };
  const a = network.addHost("a");
  const b = network.addHost("b");
  network.addHost("witness");
  const link = network.connect(a, b, { latency: us(50) });
  a.onStart((host) => talk(host, "b"));
  b.onStart((host) => talk(host, "a"));
  const plan: FaultPlan = { version: 1, faults };
  const parties = { engine, network, clientNetwork };
  const injector = new PlanInjector(parties, plan, { ownKinds: ["my.point"], ...options });
  const records = (prefix: string): [number, TraceRecord][] =>
    sink.records
      .filter(({ record }) => record.kind.startsWith(prefix))
      .map(({ atNs, record }) => [atNs, record]);
  return { engine, network, a, b, link, injector, steps, records };
}

const crash = (host: string, at: Moment): Fault => ({ kind: "crash", host, at });
const cut = (atNs: number, forNs: number): Fault => {
  return { kind: "partition", from: "a", to: "b", at: { atNs }, forNs };
};

test("plan injector: a fault begins at its time, before what else is due, and ends by itself", () => {
  const { injector, link, a, records } = cluster([cut(ms(3), ms(2))]);
  injector.run(ms(3) - 1);
  expect(injector.pending).toEqual([0]);
  injector.run(ms(4));
  expect(link.from(a).isCut).toBe(true);
  injector.run(ms(9));
  expect(link.from(a).isCut).toBe(false);
  expect(injector.pending).toEqual([]);
  const of = { fault: 0, what: "partition", from: "a", to: "b", oneWay: false };
  expect(records("fault.")).toEqual([
    [ms(3), { kind: "fault.started", forNs: ms(2), ...of }],
    [ms(5), { kind: "fault.ended", ...of }],
  ]);
  // What is sent in the very nanosecond of the cut is lost: the fault came first.
  expect(records("link.dropped").filter(([atNs]) => atNs === ms(3))).toHaveLength(2);
});

test("plan injector: a fault that is over at once starts and does not end", () => {
  const { injector, a, records } = cluster([crash("a", { atNs: ms(2) })]);
  injector.run(ms(5));
  expect(a.power).toBe("off");
  expect(records("fault.")).toEqual([
    [ms(2), { kind: "fault.started", fault: 0, what: "crash", host: "a", forNs: 0 }],
  ]);
});

test("plan injector: overlapping cuts heal when both are over", () => {
  const { injector, link, a, records } = cluster([cut(ms(2), ms(4)), cut(ms(4), ms(5))]);
  injector.run(ms(7));
  expect(link.from(a).isCut).toBe(true);
  injector.run(ms(10));
  expect(link.from(a).isCut).toBe(false);
  expect(records("link.healed").map(([atNs]) => atNs)).toEqual([ms(9), ms(9)]);
});

test("plan injector: at a point the host that came there takes no step more", () => {
  const at = { point: "my.point", occurrence: 3, host: "b" };
  const { injector, steps } = cluster([crash("b", at)]);
  injector.run(ms(10));
  expect(steps.filter((step) => step.startsWith("b"))).toEqual(["b 1", "b 2"]);
  expect(steps.filter((step) => step.startsWith("a"))).toHaveLength(10);
});

test("plan injector: without a host every record of the kind counts", () => {
  const { injector, steps } = cluster([crash("b", { point: "my.point", occurrence: 4 })]);
  injector.run(ms(10));
  expect(steps.filter((step) => step.startsWith("b"))).toEqual(["b 1"]);
});

test("plan injector: a fault may begin with another one", () => {
  const { injector, a, records } = cluster([
    { kind: "restart", host: "a", at: { point: "host.crashed", occurrence: 1, host: "a" } },
    crash("a", { atNs: ms(3) }),
    crash("a", { point: "host.restarted", occurrence: 1 }),
    cut(ms(20), ms(1)),
  ]);
  injector.run(ms(10));
  expect(a).toMatchObject({ power: "off", incarnation: 2 });
  expect(records("fault.").map(([, record]) => record["fault"])).toEqual([1, 0, 2]);
  expect(injector.pending).toEqual([3]);
});

test("plan injector: crashed before an event, the host takes exactly the steps before it", () => {
  const undisturbed = cluster([]);
  undisturbed.injector.run(ms(6));
  const { events } = undisturbed.engine;
  for (let event = 1; event <= events; event += 1) {
    const { engine, injector, records } = cluster([crash("a", { event })]);
    expect(injector.nextEvent()).toBe(event);
    const result = injector.run(ms(6));
    expect(result).toEqual({ events: engine.events, now: ms(6), reason: "until" });
    expect(injector.nextEvent()).toBeUndefined();
    const before = cluster([]);
    before.engine.run({ until: ms(6), maxEvents: event - 1 });
    const [[atNs] = []] = records("host.crashed");
    expect(atNs).toBe(before.engine.now);
    expect(records("my.point").filter(([time]) => time < before.engine.now)).toEqual(
      before.records("my.point").filter(([time]) => time < before.engine.now),
    );
  }
});

test("plan injector: it makes no difference in how many pieces a plan is run", () => {
  const faults: Fault[] = [crash("a", { event: 40 }), cut(ms(2), ms(1)), crash("b", { event: 41 })];
  const whole = cluster(faults, { spareLastCopy: false });
  whole.injector.run(ms(12));
  const pieces = cluster(faults, { spareLastCopy: false });
  let events = 0;
  for (let until = 0; until <= ms(12); until += us(300))
    events += pieces.injector.run(until).events;
  expect(pieces.engine.trace.hash()).toBe(whole.engine.trace.hash());
  expect(events).toBe(whole.engine.events);
});

test("plan injector: whoever runs the engine itself stops it before the event", () => {
  const { engine, a, injector } = cluster([crash("a", { event: 10 }), crash("b", { event: 10 })]);
  engine.run({ maxEvents: 8 });
  expect(() => injector.fireEvent(10)).toThrow(
    "fireEvent: expected an engine that has run 9 events, got one that has run 8",
  );
  engine.run({ maxEvents: 1 });
  injector.fireEvent(10);
  expect(a.power).toBe("off");
  expect(injector.pending).toEqual([]);
  const late = cluster([crash("a", { event: 10 })]);
  late.engine.run({ maxEvents: 10 });
  expect(() => late.injector.run(ms(9))).toThrow(expect.objectContaining({ code: "PLAN_EVENT" }));
});

test("plan injector: a moment that never comes leaves its fault pending", () => {
  const never = [
    crash("a", { event: 1_000_000 }),
    crash("a", { point: "my.point", occurrence: 99 }),
  ];
  const { injector, a } = cluster([...never, crash("a", { atNs: ms(500) })]);
  injector.run(ms(5));
  expect(injector.pending).toEqual([0, 1, 2]);
  expect(a.power).toBe("on");
});

test("plan injector: healing ends what goes on, for good, and forgets what has not begun", () => {
  const lasting: Fault[] = [
    cut(ms(2), Number.MAX_SAFE_INTEGER),
    { kind: "pause", host: "a", at: { atNs: ms(2) }, forNs: ms(50) },
    { kind: "clock", host: "b", at: { atNs: ms(2) }, stepNs: -7, driftPpm: 9, forNs: ms(50) },
    crash("b", { atNs: ms(20) }),
    crash("b", { point: "my.point", occurrence: 30 }),
    crash("b", { event: 300 }),
  ];
  const { injector, a, b, link, records } = cluster(lasting);
  injector.run(ms(4));
  injector.healAll();
  expect(a.paused).toBe(false);
  expect(link.from(a).isCut).toBe(false);
  expect(b.clock).toMatchObject({ drift: 0, offset: -7 });
  expect(injector.pending).toEqual([]);
  expect(injector.nextEvent()).toBeUndefined();
  const ended = records("fault.ended").map(([, record]) => record["fault"]);
  expect(ended).toEqual([0, 1, 2]);
  injector.healAll();
  injector.run(ms(100));
  expect(b.power).toBe("on");
  expect(records("fault.ended")).toHaveLength(3);
});

test("plan injector: whatever a plan does, its end leaves links and hosts as they were", () => {
  const setting = {
    hosts: ["a", "b"],
    links: [["a", "b"]] as const,
    moment: fc.oneof(
      fc.record({ atNs: fc.nat(ms(20)) }),
      fc.record({ event: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ point: fc.constant("my.point"), occurrence: fc.integer({ min: 1, max: 20 }) }),
    ),
    forNsMax: ms(10),
  };
  fc.assert(
    fc.property(fc.array(anyFault(setting), { maxLength: 8 }), fc.boolean(), (faults, isHealed) => {
      const { injector, a, b, link, records } = cluster(faults);
      injector.run(isHealed ? ms(8) : ms(200));
      if (isHealed) injector.healAll();
      for (const host of [a, b]) {
        expect(host.paused).toBe(false);
        expect(host.processorSharePpm).toBe(1_000_000);
        expect(host.clock.drift).toBe(0);
        const { isCut, settings } = link.from(host);
        expect(isCut).toBe(false);
        expect(settings).toMatchObject({ latency: us(50), loss: 0 });
      }
      const count = (kind: string): number =>
        records(kind).filter(([, record]) => record["forNs"] !== 0).length;
      expect(count("fault.started")).toBe(count("fault.ended"));
      expect(link.from(a).settings).toEqual(link.from(b).settings);
    }),
    { numRuns: 150 },
  );
});

test("plan injector: the same plan makes the same run", () => {
  const faults: Fault[] = [
    { kind: "loss", from: "a", to: "b", at: { atNs: ms(1) }, probability: 0.4, forNs: ms(20) },
    { kind: "reorder", from: "a", to: "b", at: { atNs: ms(5) }, probability: 0.4, forNs: ms(20) },
  ];
  const hash = (): string => {
    const { injector, engine } = cluster(faults);
    injector.run(ms(40));
    return engine.trace.hash();
  };
  expect(hash()).toBe(hash());
});

test("plan injector: a fault draws the same, whichever faults are beside it in the plan", () => {
  const loss: Fault = {
    kind: "loss",
    from: "a",
    to: "b",
    at: { atNs: 0 },
    probability: 0.5,
    forNs: ms(50),
  };
  const dropped = (faults: readonly Fault[]): unknown[] => {
    const { injector, records } = cluster(faults);
    injector.run(ms(40));
    return records("link.dropped").map(([atNs, { from }]) => [atNs, from]);
  };
  const alone = dropped([loss]);
  expect(alone.length).toBeGreaterThan(20);
  const twice: Fault = {
    kind: "duplicate",
    from: "b",
    to: "a",
    at: { atNs: 0 },
    probability: 0.5,
    forNs: ms(50),
  };
  const slow: Fault = { kind: "slow", host: "a", share: 0.5, at: { atNs: ms(3) }, forNs: ms(3) };
  expect(dropped([slow, loss, twice])).toEqual(alone);
  // Before it, the other decides about the packets that both hit.
  const left = dropped([twice, slow, loss]);
  expect(left.length).toBeLessThan(alone.length);
  expect(alone).toEqual(expect.arrayContaining(left));
  expect(dropped([loss, slow, loss])).toEqual(dropped([loss, loss]));
  expect(dropped([{ ...loss, from: "b", to: "a" }])).toEqual(alone);
  // A second one of the same kind draws for itself.
  expect(dropped([loss, loss]).length).toBeGreaterThan(alone.length);
  // Less likely, it hits fewer of the same packets.
  const weaker = dropped([{ ...loss, probability: 0.2 }]);
  expect(weaker.length).toBeLessThan(alone.length);
  expect(alone).toEqual(expect.arrayContaining(weaker));
});

test("plan injector: what the atlas objects to is skipped, or done and named", () => {
  const node = (name: string, role: string) => {
    return {
      host: { name },
      role,
      alive: true,
      term: 1,
      image: { complete: role === "secondary" },
    };
  };
  const machines = [{ name: "m", nodes: [node("a", "primary"), node("b", "secondary")] }];
  const both = [
    crash("a", { atNs: ms(2) }),
    crash("b", { event: 30 }),
    crash("b", { atNs: ms(9) }),
  ];
  const reason = "b has the last copy of m";
  const skipped = { kind: "fault.skipped", reason, what: "crash", host: "b" };
  const run = (spareLastCopy: boolean | undefined, isGiven: boolean) => {
    const made = isGiven ? { atlas: new Atlas({ machines }) } : { machines };
    const { engine, network, a, b, records } = cluster([]);
    const { atlas, ...parties } = { atlas: undefined, ...made };
    if (atlas !== undefined) engine.trace.addSink(atlas);
    const options = {
      ...(atlas === undefined ? {} : { atlas }),
      ...(spareLastCopy === undefined ? {} : { spareLastCopy }),
    };
    const clientNetwork = new ClientNetwork(engine);
    const injector = new PlanInjector(
      { engine, network, clientNetwork, ...parties },
      { version: 1, faults: both },
      options,
    );
    injector.run(ms(20));
    return { a, b, injector, skips: records("fault.skipped").map(([, record]) => record) };
  };
  for (const isGiven of [true, false]) {
    const spared = run(undefined, isGiven);
    expect([spared.a.power, spared.b.power]).toEqual(["off", "on"]);
    expect(spared.skips).toEqual([1, 2].map((fault) => ({ ...skipped, fault })));
    expect(spared.injector).toMatchObject({ unsurvivable: undefined, pending: [] });
    const done = run(false, isGiven);
    expect([done.a.power, done.b.power]).toEqual(["off", "off"]);
    expect(done.skips).toEqual([]);
    expect(done.injector.unsurvivable).toBe(`faults[1] (crash): ${reason}`);
  }
});

test("plan injector: a plan without faults changes nothing", () => {
  const { injector, engine } = cluster([]);
  injector.run(ms(20));
  const other = cluster([]);
  other.engine.run({ until: ms(20) });
  expect(engine.trace.hash()).toBe(other.engine.trace.hash());
});

test("plan injector: what cannot be done is refused before anything is", () => {
  const code = (code: string): unknown => expect.objectContaining({ code });
  expect(() => cluster([crash("c", { atNs: 1 })])).toThrow(code("PLAN_HOST"));
  expect(() => cluster([crash("a", { point: "my.pont", occurrence: 1 })])).toThrow(code("POINT"));
  expect(() => cluster([crash("a", { atNs: -1 })])).toThrow(code("PLAN_VALUE"));
  const { engine, network } = cluster([]);
  engine.run({ until: ms(5) });
  const inject = (at: Moment) => (): unknown =>
    new PlanInjector(
      { engine, network, clientNetwork: new ClientNetwork(engine) },
      { version: 1, faults: [crash("a", at)] },
    );
  expect(inject({ atNs: ms(4) })).toThrow(
    "faults[0].at.atNs: expected a time from now (5000000) on, got 4000000",
  );
  expect(inject({ event: engine.events })).toThrow(
    new RegExp(`^faults\\[0\\].at.event: expected an event after the ${engine.events} that`),
  );
  expect(inject({ atNs: ms(5) })).not.toThrow();
  expect(inject({ event: engine.events + 1 })).not.toThrow();
});
