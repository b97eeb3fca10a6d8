// covers src/schemes/colo.ts, src/schemes/comparing.ts, src/lockstep/compare/comparing-primary.ts, src/lockstep/compare/comparing-secondary.ts, src/lockstep/compare/running-stand-by.ts, src/lockstep/compare/silent-output.ts, src/lockstep/compare/outbox.ts, src/lockstep/compare/packet-facts.ts, src/lockstep/compare/clean-base.ts, src/lockstep/compare/written-pages.ts
import { describe, expect, test } from "vitest";
import { encodings } from "../../src/checkpoint/encode/encodings.ts";
import type { Scheme } from "../../src/cluster/scheme.ts";
import { activeActive } from "../../src/schemes/active-active.ts";
import { checkpoint } from "../../src/schemes/checkpoint.ts";
import { colo } from "../../src/schemes/colo.ts";
import { ms } from "../../src/sim/time.ts";
import { comparedPair, moody, wrongs } from "./compared-pair.ts";

describe("colo", () => {
  test("a server that always says the same is checkpointed once, and answers at once", () => {
    const pair = comparedPair({ scheme: colo() });
    const periodic = comparedPair({ scheme: checkpoint() });
    pair.run();
    periodic.run();
    expect(wrongs(pair)).toEqual([]);
    expect(pair.count("checkpoint.committed")).toBe(1);
    expect(periodic.count("checkpoint.committed")).toBeGreaterThan(50);
    expect(pair.meanLatencyNs()).toBeLessThan(ms(1));
    expect(periodic.meanLatencyNs()).toBeGreaterThan(ms(10));
    expect(pair.count("output.matched")).toBe(200);
    expect(pair.count("output.dropped")).toBe(200);
  });

  test("a server that never says the same is checkpointed for every window of differences", () => {
    const pair = comparedPair({ scheme: colo(), image: moody() });
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    expect(pair.count("output.diverged")).toBeGreaterThan(150);
    expect(pair.count("output.matched")).toBe(0);
    expect(pair.count("checkpoint.committed")).toBeGreaterThan(20);
    expect(pair.count("checkpoint.committed")).toBeLessThan(pair.count("output.diverged") / 2);
    // Each of them puts the stand-by's machine into the primary's state, which memory-identity looks at.
    expect(pair.count("stand-by.loaded")).toBe(pair.count("checkpoint.committed"));
  });

  test("where machines never say the same, comparing loses what it gains elsewhere", () => {
    const run = (scheme: Scheme) => {
      const pair = comparedPair({ scheme, image: moody(), clients: 4, requests: 200 });
      let sentBytes = 0;
      pair.sim.trace.addSink({
        record(_atNs, _position, record) {
          if (record.kind === "checkpoint.acknowledged") sentBytes += record["bytes"] as number;
        },
      });
      pair.run(ms(500));
      return { sentBytes, latencyNs: pair.meanLatencyNs() };
    };
    const [periodic, compared, regulated] = [run(checkpoint()), run(colo()), run(activeActive())];
    // As often as they differ: soon, and dear. Or as seldom as it may be: cheap, and late.
    expect(compared.sentBytes).toBeGreaterThan(2 * periodic.sentBytes);
    expect(regulated.latencyNs).toBeGreaterThan(1.5 * periodic.latencyNs);
  });

  test("the stand-by's card is silent: all that clients get comes from the primary", () => {
    const pair = comparedPair({ scheme: colo() });
    pair.run(ms(300));
    expect(pair.count("output.mirrored")).toBeGreaterThan(50);
    expect(pair.records("output.released").every(({ host }) => host === "a")).toBe(true);
    expect(pair.count("reply.repeated")).toBe(0);
  });

  test("when the primary dies the stand-by's machine goes on as it is", () => {
    const pair = comparedPair({ scheme: colo() });
    pair.sim.at(ms(150), () => pair.a.crash());
    pair.run();
    expect(wrongs(pair)).toEqual([]);
    expect(pair.count("checkpoint.committed")).toBe(1);
    expect(pair.count("failover.running")).toBe(1);
    expect(pair.count("failover.loaded")).toBe(0);
    expect(pair.machine.activeHost).toBe(pair.b);
    // It executed in its own state what came after the only checkpoint.
    const own = pair.records("request.delivered").filter(({ host }) => host === "b");
    expect(own.length).toBeGreaterThan(60);
  });

  test("what it had sent and the primary had not, the stand-in sends", () => {
    const pair = comparedPair({ scheme: colo() });
    pair.when("output.mirrored", 40, () => pair.a.crash());
    let [left, isTakenOver] = [0, false];
    pair.sim.trace.addSink({
      record(_atNs, _position, { kind, host }) {
        if (isTakenOver && kind === "output.released" && host === "b") left += 1;
        isTakenOver = kind === "output.taken-over";
      },
    });
    pair.run();
    expect(wrongs(pair)).toEqual([]);
    expect(pair.count("output.taken-over")).toBeGreaterThan(0);
    expect(left).toBe(pair.count("output.taken-over"));
  });

  test.each(["clean-base", "composite"] as const)(
    "with %s a checkpoint that is only staged is forgotten: the stand-by's own state is the right one",
    (memory) => {
      const pair = comparedPair({ scheme: colo({ memory }), image: moody(), clients: 4 });
      pair.when("group.staged", 12, () => pair.a.crash());
      pair.run();
      expect(wrongs(pair, false)).toEqual([]);
      expect(pair.count("failover.running")).toBe(1);
    },
  );

  test.each(["clean-base", "composite"] as const)(
    "with %s a checkpoint that is committed is finished and loaded, for the primary may have released it",
    (memory) => {
      const pair = comparedPair({ scheme: colo({ memory }), image: moody(), clients: 4 });
      // The stand-by gets no further than its acknowledgement before it takes the primary for dead.
      pair.when("checkpoint.committed", 12, () => {
        pair.sim.engine.holdRunning();
        pair.sim.at(pair.sim.now + ms(1), () => pair.a.crash());
      });
      pair.run();
      expect(wrongs(pair, false)).toEqual([]);
      expect(pair.count("failover.running")).toBe(0);
      expect(pair.count("failover.loaded")).toBe(1);
    },
  );

  test.each(["clean-base", "composite"] as const)(
    "with %s nothing of the stand-by's own state is undone before the checkpoint is committed",
    (memory) => {
      const pair = comparedPair({ scheme: colo({ memory }), image: moody(20), clients: 4 });
      const { sim, a, b } = pair;
      // All of the checkpoint arrives but for how many inputs it has in it: so it cannot be committed.
      let isLost = false;
      const rule = ({ port }: { port: string }) =>
        isLost && port === "m stream 1" ? "drop" : "pass";
      sim.network.link(a, b).from(a).addRule(rule);
      pair.when("checkpoint.collected", 5, () => {
        isLost = true;
      });
      pair.when("commit.sent", 5, () => sim.at(sim.now + ms(2), () => a.crash()));
      pair.run();
      expect(wrongs(pair, false)).toEqual([]);
      expect(pair.count("output.matched")).toBeGreaterThan(50);
      expect(pair.count("checkpoint.committed")).toBe(4);
      expect(pair.count("failover.running")).toBe(1);
    },
  );

  test("a stand-by that is stopped half-way to a checkpoint goes on", () => {
    const scheme = colo({ memory: "composite" });
    const pair = comparedPair({ scheme, image: moody(), clients: 4 });
    pair.when("checkpoint.collected", 8, () => pair.a.crash());
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    expect(pair.count("failover.running")).toBe(1);
  });

  test("without a stand-by the primary lets out what it held and goes on alone", () => {
    for (const image of [undefined, moody()]) {
      const pair = comparedPair({ scheme: colo(), ...(image ? { image } : {}) });
      pair.sim.at(ms(100), () => pair.b.crash());
      pair.run();
      expect(wrongs(pair, image === undefined)).toEqual([]);
      expect(pair.machine.activeHost).toBe(pair.a);
      expect(pair.count("protection.lost")).toBe(1);
    }
  });

  test.each([
    ["a", "b"],
    ["b", "a"],
  ])("%s cut off from %s, one of them serves, and the other one is silent", (from, to) => {
    const pair = comparedPair({ scheme: colo(), image: moody() });
    pair.sim.at(ms(100), () => pair.sim.network.partition(from, to, { oneWay: true }));
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    const silent = pair.machine.nodes.filter(({ serving }) => !serving);
    expect(silent).toHaveLength(1);
    expect(silent[0]?.vm.paused).toBe(true);
  });

  test("what is held for a comparison is the gate's to hold when there is none any more", () => {
    const pair = comparedPair({ scheme: activeActive(), image: moody(), clients: 4 });
    let held = 0;
    pair.when("term.requested", 1, () => {
      held = pair.machine.nodes[0]!.gate.heldCount;
    });
    pair.sim.at(ms(130), () => pair.b.crash());
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    expect(held).toBeGreaterThan(3);
  });

  test("a machine that changed hosts can be protected and lose its host again", () => {
    const pair = comparedPair({ scheme: colo(), requests: 400 });
    const { sim, a, b, machine } = pair;
    sim.at(ms(150), () => a.crash());
    sim.at(ms(400), () => {
      a.restart();
      sim.protectAgain(machine, a);
    });
    sim.at(ms(700), () => b.crash());
    pair.run();
    expect(wrongs(pair)).toEqual([]);
    expect(machine.activeHost).toBe(a);
    expect(pair.count("failover.running")).toBe(2);
  });

  test("with a clean base pages may travel as differences", () => {
    const check = { encode: encodings.wordDifference() };
    const pair = comparedPair({ scheme: colo({ checkpoint: check }), image: moody() });
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    expect(pair.count("checkpoint.committed")).toBeGreaterThan(20);
  });

  test("a checkpoint takes back the inputs that are in its state, and only those", () => {
    const pair = comparedPair({ scheme: colo() });
    const { sim, b, machine } = pair;
    // The stand-by lags behind, so that inputs wait for it when the checkpoint comes.
    sim.at(ms(20), () => b.setProcessorShare(0.05));
    sim.at(ms(60), () => machine.requestCheckpoint());
    const given = { a: [] as string[], b: [] as string[] };
    let atStop: readonly string[] = [];
    let before: readonly string[] = [];
    sim.trace.addSink({
      record(_atNs, _position, record) {
        const { kind, host, client, number } = record;
        if (kind === "request.delivered") given[host as "a" | "b"].push(`${client}.${number}`);
        if (kind === "checkpoint.copied") atStop = [...given.a];
        if (kind === "stand-by.loaded") before = [...given.b];
      },
    });
    pair.run();
    expect(wrongs(pair)).toEqual([]);
    expect(before.length).toBeLessThan(atStop.length - 10);
    expect(given.b.slice(before.length)).toEqual(given.a.slice(atStop.length));
  });

  test("inputs that the stand-by's machine misses are in the next checkpoint", () => {
    const pair = comparedPair({ scheme: colo() });
    const { sim } = pair;
    let dropped = 0;
    // As a card does that has no room: the machine is not told.
    sim.at(ms(60), () => {
      const { vm } = pair.machine.nodes[1]!;
      const { guest } = vm;
      const deliver = guest.deliver.bind(guest);
      guest.deliver = (packet) => {
        dropped += 1;
        if (dropped > 3) deliver(packet);
      };
    });
    pair.run();
    expect(dropped).toBeGreaterThan(3);
    expect(wrongs(pair)).toEqual([]);
    expect(pair.count("output.diverged")).toBeGreaterThan(0);
    expect(pair.count("checkpoint.committed")).toBe(2);
  });
});
