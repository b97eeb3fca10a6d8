// covers src/verify/invariants/mirrored-output.ts
import { describe, expect, test } from "vitest";
import { activeActive } from "../../src/schemes/active-active.ts";
import { colo } from "../../src/schemes/colo.ts";
import { quasiLockstep } from "../../src/schemes/quasi-lockstep.ts";
import { ms } from "../../src/sim/time.ts";
import { comparedPair, moody, wrongs } from "./compared-pair.ts";

/** Names of the invariants that did not hold. */
function broken(pair: ReturnType<typeof comparedPair>): readonly string[] {
  return [...new Set(pair.sim.violations.map(({ name }) => name))];
}

describe("defects of comparing", () => {
  test.each([colo, activeActive, quasiLockstep])(
    "%o: output that leaves before it is compared is found",
    (scheme) => {
      const releaseBeforeComparison = true;
      const pair = comparedPair({ scheme: scheme({ broken: { releaseBeforeComparison } }) });
      pair.run(ms(200));
      expect(broken(pair)).toEqual(["output-commit"]);
    },
  );

  test.each([true, false])(
    "a comparison that is skipped on a time-out is found (skipped: %s)",
    (skipOnTimeout) => {
      const scheme = colo({ timeoutNs: ms(20), scanNs: ms(5), broken: { skipOnTimeout } });
      const pair = comparedPair({ scheme });
      const { sim, a, b } = pair;
      // The stand-by's machine is given nothing for a while; heartbeats and checkpoints get through.
      let isDeaf = false;
      const rule = ({ port }: { port: string }) =>
        isDeaf && port === "m stream 1" ? "drop" : "pass";
      sim.network.link(a, b).from(a).addRule(rule);
      sim.at(ms(60), () => (isDeaf = true));
      sim.at(ms(130), () => (isDeaf = false));
      pair.run();
      expect(broken(pair)).toEqual(skipOnTimeout ? ["output-commit"] : []);
      if (skipOnTimeout) return;
      expect(wrongs(pair)).toEqual([]);
      const reasons = pair.records("output.diverged").map(({ reason }) => reason);
      expect(reasons).toContain("time-out");
    },
  );

  test.each([true, false])(
    "a list of pages without those of the stand-by is found (without: %s)",
    (compositeWithoutSecondary) => {
      const scheme = colo({ memory: "composite", broken: { compositeWithoutSecondary } });
      const pair = comparedPair({ scheme, image: ownPages() });
      pair.run(ms(400));
      expect(broken(pair)).toEqual(compositeWithoutSecondary ? ["memory-identity"] : []);
    },
  );

  test.each([true, false])(
    "what a stand-in sends again although the primary had sent it is found (again: %s)",
    (sendDropped) => {
      for (const scheme of [colo, quasiLockstep]) {
        const pair = comparedPair({ scheme: scheme({ broken: { sendDropped } }) });
        pair.when("output.mirrored", 40, () => pair.a.crash());
        pair.run();
        expect(broken(pair)).toEqual(sendDropped ? ["one-server"] : []);
      }
    },
  );

  // Straub 2020, "Move colo_notify_compares_event to the right place": until then the queues were flushed
  // when the machine was stopped, before any of its state was sent.
  test.each([
    ["stop", ["output-commit"]],
    ["received", []],
    ["loaded", []],
  ] as const)("held output released at %s: %o", (releaseOutputAt, expected) => {
    for (const scheme of [colo, activeActive, quasiLockstep]) {
      const pair = comparedPair({
        scheme: scheme({ releaseOutputAt }),
        image: moody(),
        clients: 4,
      });
      pair.when("group.staged", 12, () => pair.a.crash());
      pair.run();
      expect(broken(pair)).toEqual(expected);
      if (expected.length === 0) expect(wrongs(pair, false)).toEqual([]);
    }
  });
});

/** A machine that writes a page of its own choice for each request: two of them never choose the same. */
function ownPages() {
  const image = moody();
  return {
    ...image,
    create(services: Parameters<typeof image.create>[0]) {
      const guest = image.create({
        now: () => services.now(),
        random32: () => services.random32(),
        transmit(packet) {
          guest.memory.store32(4_096 * (100 + (services.random32() % 100)), 1);
          services.transmit(packet);
        },
      });
      return guest;
    },
  };
}
