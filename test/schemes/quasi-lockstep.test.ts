// covers src/schemes/quasi-lockstep.ts, src/lockstep/compare/event-lookup.ts
import { describe, expect, test } from "vitest";
import { quasiLockstep } from "../../src/schemes/quasi-lockstep.ts";
import { ms } from "../../src/sim/time.ts";
import { comparedPair, moody, wrongs } from "./compared-pair.ts";

describe("quasi-lockstep", () => {
  test("an event leaves when the secondary has come to the same, and the secondary drops its own", () => {
    const pair = comparedPair({ scheme: quasiLockstep() });
    const order: string[] = [];
    pair.sim.trace.addSink({
      record(_atNs, _position, record) {
        if (/^output\.(dropped|matched|released)$/.test(record.kind)) order.push(record.kind);
      },
    });
    pair.run();
    expect(wrongs(pair)).toEqual([]);
    expect(pair.count("checkpoint.committed")).toBe(1);
    const compared = order.slice(order.indexOf("output.dropped"));
    expect(compared.filter((kind) => kind === "output.dropped")).toHaveLength(200);
    // Dropped there before it leaves here.
    expect(compared.slice(0, 3)).toEqual(["output.dropped", "output.matched", "output.released"]);
    expect(pair.records("output.released").every(({ host }) => host === "a")).toBe(true);
  });

  test("an event that does not match is held while the secondary is brought to the primary's state", () => {
    const pair = comparedPair({ scheme: quasiLockstep(), image: moody(), clients: 1, window: 1 });
    const order: string[] = [];
    pair.sim.trace.addSink({
      record(_atNs, _position, record) {
        if (/^(output\.(diverged|released)|checkpoint\.committed)$/.test(record.kind)) {
          order.push(record.kind);
        }
      },
    });
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    const compared = order.slice(order.indexOf("output.diverged"));
    const turn = ["output.diverged", "checkpoint.committed", "output.released"];
    expect(compared.slice(0, 30)).toEqual(Array.from({ length: 10 }, () => turn).flat());
    expect(pair.count("output.matched")).toBe(0);
  });

  test("what machines hold may differ as long as their events do not", () => {
    // Its mood is remembered, and hardly ever said.
    const pair = comparedPair({ scheme: quasiLockstep(), image: moody(0x1_0000) });
    pair.run(ms(600));
    expect(wrongs(pair, false)).toEqual([]);
    expect(pair.count("checkpoint.committed")).toBe(1);
    const [a, b] = pair.machine.nodes.map(({ digest }) => digest.digest());
    expect(a).not.toBe(b);
  });

  test("the stand-in goes on as it is, and sends what it has not dropped", () => {
    const pair = comparedPair({ scheme: quasiLockstep() });
    pair.sim.at(ms(150), () => pair.a.crash());
    pair.run();
    expect(wrongs(pair)).toEqual([]);
    expect(pair.count("failover.running")).toBe(1);
    expect(pair.machine.activeHost).toBe(pair.b);
  });

  test("events that come before their state is there are compared when it is", () => {
    const scheme = quasiLockstep({ releaseOutputAt: "received" });
    const pair = comparedPair({ scheme, image: moody(3), clients: 8, think: 100_000 });
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    expect(pair.count("output.matched")).toBeGreaterThan(100);
    expect(pair.records("output.diverged").every(({ reason }) => reason === "unequal")).toBe(true);
  });
});
