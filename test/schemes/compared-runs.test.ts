import { expect, test } from "vitest";
import { activeActive } from "../../src/schemes/active-active.ts";
import { colo } from "../../src/schemes/colo.ts";
import { quasiLockstep } from "../../src/schemes/quasi-lockstep.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { clientHistory } from "../../src/verify/history/client-history.ts";
import { counterCall, keyValueCall } from "../../src/verify/history/guest-calls.ts";
import { checkHistory } from "../../src/verify/linearizability/check-history.ts";
import { models } from "../../src/verify/linearizability/models.ts";
import { comparedPair, moody, wrongs } from "./compared-pair.ts";

const schemes = [
  ["colo", () => colo()],
  ["colo, composite", () => colo({ memory: "composite" })],
  ["colo, released when loaded", () => colo({ releaseOutputAt: "loaded" })],
  ["active-active", () => activeActive()],
  ["active-active, clean base", () => activeActive({ memory: "clean-base", similarity: 0.7 })],
  ["quasi-lockstep", () => quasiLockstep()],
  ["quasi-lockstep, clean base", () => quasiLockstep({ memory: "clean-base" })],
] as const;

/** Where hosts die: the steps of either side. */
const kinds = [
  "checkpoint.started",
  "checkpoint.paused",
  "checkpoint.collected",
  "checkpoint.copied",
  "group.sent",
  "group.staged",
  "commit.sent",
  "checkpoint.committed",
  "acknowledgement.sent",
  "group.applied",
  "checkpoint.applied",
  "stand-by.loaded",
  "checkpoint.acknowledged",
  "output.mirrored",
  "output.matched",
  "output.diverged",
  "request.delivered",
] as const;

const BAD = { loss: 0.03, duplication: 0.03, corruption: 0.01 };
const RUNS = 72;

test.each(schemes)(
  "%s: whenever and whatever fails, clients lose nothing and get nothing twice",
  (name, make) => {
    const random = new RandomStream(1, name);
    let failovers = 0;
    for (let run = 0; run < RUNS; run += 1) {
      // Always the same replies; never; one in eight different.
      const mood = [0, 1, 8][run % 3]!;
      const pair = comparedPair({
        ...{ scheme: make(), seed: run, requests: 40, clients: 3 },
        ...(random.below(3) === 0 ? { link: BAD } : {}),
        ...(mood > 0 ? { image: moody(mood) } : {}),
      });
      const { sim, a, b, clients } = pair;
      const [fault, kind] = [random.below(5), kinds[random.below(kinds.length)]!];
      const nth = 2 + random.below(30);
      if (fault === 0) sim.at(ms(10) + random.below(ms(150)), () => a.crash());
      else if (fault === 1) pair.when(kind, nth, () => a.crash());
      else if (fault === 2) pair.when(kind, nth, () => b.crash());
      else if (fault === 3) {
        const oneWay = run % 2 === 0;
        pair.when(kind, nth, () => sim.network.partition("a", "b", { oneWay }));
        sim.at(ms(700), () => sim.network.heal("a", "b"));
      } else {
        // The host that takes over is the one that went no further than this step.
        const forNs = ms(1) + random.below(ms(120));
        pair.when(kind, nth, () => {
          b.pause();
          sim.at(sim.now + forNs, () => b.resume());
          sim.at(sim.now + random.below(forNs), () => a.crash());
        });
      }
      pair.run(seconds(3));
      if (pair.machine.nodes.some(({ role }) => role === "abandoned") && a.power === "off") {
        // Before the first checkpoint was complete nothing was protected.
        expect(pair.count("stand-by.loaded")).toBe(0);
        continue;
      }
      failovers += pair.count("failover.serving");
      expect(wrongs(pair, mood === 0), `run ${run}: ${fault} ${kind} ${nth}`).toEqual([]);
      const history =
        mood === 0
          ? checkHistory(clientHistory(clients, keyValueCall), models["key-value"])
          : checkHistory(
              clientHistory(clients, (asked, told) => counterCall(asked, told?.subarray(0, 8))),
              models.counter,
            );
      expect(history.verdict, `run ${run}: ${fault} ${kind} ${nth}`).toBe("linearizable");
    }
    expect(failovers).toBeGreaterThan(RUNS / 4);
  },
  60_000,
);
