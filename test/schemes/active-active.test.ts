// covers src/schemes/active-active.ts, src/lockstep/compare/regulation.ts, src/lockstep/compare/protected-memory.ts, src/lockstep/compare/shared-digest.ts
import { describe, expect, test } from "vitest";
import type { Guest, GuestImage } from "../../src/guest/guest.ts";
import { activeActive } from "../../src/schemes/active-active.ts";
import { colo } from "../../src/schemes/colo.ts";
import { ms, us } from "../../src/sim/time.ts";
import { comparedPair, moody, wrongs } from "./compared-pair.ts";

/** Times of all records of a kind. */
function timesOf(pair: ReturnType<typeof comparedPair>, kind: string): readonly number[] {
  const times: number[] = [];
  pair.sim.trace.addSink({
    record(atNs, _position, record) {
      if (record.kind === kind) times.push(atNs);
    },
  });
  return times;
}

describe("active-active", () => {
  test("a server that always says the same answers at once, with a checkpoint a second", () => {
    const pair = comparedPair({ scheme: activeActive() });
    pair.run();
    expect(wrongs(pair)).toEqual([]);
    expect(pair.count("checkpoint.committed")).toBe(2);
    expect(pair.meanLatencyNs()).toBeLessThan(ms(1));
  });

  test("however often results differ, there is at most one checkpoint in a minimum interval", () => {
    const pair = comparedPair({
      scheme: activeActive(),
      image: moody(),
      clients: 4,
      requests: 600,
    });
    const started = timesOf(pair, "checkpoint.started");
    pair.run();
    expect(wrongs(pair, false)).toEqual([]);
    expect(started.length).toBeGreaterThan(20);
    const gaps = started.slice(1).map((atNs, index) => atNs - started[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(ms(50));
    expect(pair.count("output.diverged")).toBeGreaterThan(3 * started.length);
  });

  test("a result that differs is held until the next checkpoint is there", () => {
    const pair = comparedPair({
      scheme: activeActive(),
      image: moody(),
      clients: 1,
      requests: 20,
      window: 1,
    });
    const diverged = timesOf(pair, "output.diverged");
    const acknowledged = timesOf(pair, "checkpoint.acknowledged");
    const released = timesOf(pair, "output.released");
    pair.run();
    for (const [index, atNs] of diverged.entries()) {
      const coveredAt = acknowledged.find((each) => each > atNs)!;
      expect(coveredAt).toBeLessThan(atNs + ms(60));
      const leftAt = released.filter((each) => each > atNs && each <= coveredAt);
      expect(leftAt, `result ${index}`).toEqual([coveredAt]);
    }
    expect(diverged).toHaveLength(20);
  });

  test("below the threshold of similarity a checkpoint is asked for at once, above it after a while", () => {
    const run = (similarity: number) => {
      const scheme = activeActive({ similarity, minimumNs: ms(1), thresholdNs: ms(60) });
      const pair = comparedPair({ scheme, image: moody(16), clients: 4, think: us(500) });
      pair.run();
      expect(wrongs(pair, false)).toEqual([]);
      return pair;
    };
    const [strict, lax] = [run(1), run(0.5)];
    expect(strict.count("output.diverged")).toBeGreaterThan(10);
    expect(lax.count("checkpoint.committed")).toBeLessThan(strict.count("checkpoint.committed"));
    // What differs is held back all the same, and what comes behind it in its connection.
    expect(lax.meanLatencyNs()).toBeGreaterThan(strict.meanLatencyNs());
    expect(lax.meanLatencyNs()).toBeLessThan(ms(60));
  });

  test("what is counted begins anew at each checkpoint", () => {
    const pair = comparedPair({
      scheme: activeActive(),
      image: moody(2),
      clients: 4,
      requests: 600,
    });
    const similarities: number[] = [];
    let [results, isFirst] = [0, true];
    pair.sim.trace.addSink({
      record(_atNs, _position, record) {
        if (record.kind === "checkpoint.copied") [results, isFirst] = [0, true];
        if (record.kind === "output.matched") results += 1;
        if (record.kind !== "output.diverged" || !isFirst) return;
        isFirst = false;
        similarities.push(record["similarityPpm"] as number);
        expect(record["similarityPpm"]).toBe(Math.floor((results * 1e6) / (results + 1)));
      },
    });
    pair.run();
    expect(similarities.length).toBeGreaterThan(10);
  });

  test("one checkpoint for a window of differences, not one for each, raises throughput (COLO, 2020)", () => {
    const run = (perMiscompare: boolean) => {
      const scheme = colo({ perMiscompare, minimumNs: ms(20) });
      const image = moody(1, { touchPages: 800, rewritePages: 50, memoryBytes: 8 << 20 });
      const pair = comparedPair({ scheme, image, clients: 32, requests: 10_000, think: us(100) });
      pair.sim.run({ until: ms(500) });
      expect(pair.sim.violations).toEqual([]);
      return pair.count("request.acknowledged");
    };
    const [each, window] = [run(true), run(false)];
    expect(window).toBeGreaterThan(1.3 * each);
  });

  test.each(["composite", "clean-base"] as const)(
    "with %s protected memory is each host's own: the received image is patched with it",
    (memory) => {
      const firstPage = 200;
      const run = (protectedMemory: readonly { firstPage: number; pageCount: number }[]) => {
        const scheme = activeActive({ memory, protectedMemory, minimumNs: ms(5) });
        const pair = comparedPair({ scheme, image: withAdapter(firstPage), requests: 60 });
        pair.run();
        expect(wrongs(pair, false)).toEqual([]);
        expect(pair.count("stand-by.loaded")).toBeGreaterThan(5);
        return pair.machine.nodes.map(({ vm }) => vm.guest.memory.load32(firstPage * 4_096));
      };
      const [own, others] = run([{ firstPage, pageCount: 2 }]);
      expect(own).not.toBe(others);
      // Without it the last checkpoint has made them the same.
      const [first, second] = run([]);
      expect(first).toBe(second);
    },
  );

  test.each(["composite", "clean-base"] as const)(
    "with %s a stand-in keeps its protected memory when it loads a checkpoint",
    (memory) => {
      const firstPage = 200;
      const protectedMemory = [{ firstPage, pageCount: 1 }];
      const scheme = activeActive({ memory, protectedMemory, minimumNs: ms(5) });
      const pair = comparedPair({ scheme, image: withAdapter(firstPage), requests: 60 });
      let before = 0;
      pair.when("checkpoint.committed", 8, () => {
        before = pair.machine.nodes[1]!.vm.guest.memory.load32(firstPage * 4_096);
        pair.sim.engine.holdRunning();
        pair.sim.at(pair.sim.now + ms(1), () => pair.a.crash());
      });
      let after = 0;
      pair.when("failover.loaded", 1, () => {
        after = pair.machine.nodes[1]!.vm.guest.memory.load32(firstPage * 4_096);
      });
      pair.run();
      expect(wrongs(pair, false)).toEqual([]);
      expect(before).not.toBe(0);
      expect(after).toBe(before);
    },
  );
});

/** A machine that notes at a page what its host's adapter has come to: something else on each host. */
function withAdapter(firstPage: number): GuestImage {
  const image = moody(1, { touchPages: 8 });
  return {
    ...image,
    create(services): Guest {
      const guest: Guest = image.create({
        now: () => services.now(),
        random32: () => services.random32(),
        transmit(packet) {
          guest.memory.store32(firstPage * 4_096, services.random32());
          services.transmit(packet);
        },
      });
      return guest;
    },
  };
}
