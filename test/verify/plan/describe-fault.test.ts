import { expect, test } from "vitest";
import { describeFault } from "../../../src/verify/plan/describe-fault.ts";
import { parsePlan } from "../../../src/verify/plan/parse-plan.ts";

const inWords = (fault: unknown): string => {
  const [read] = parsePlan({ version: 1, faults: [fault] }).faults;
  if (read === undefined) throw new Error("expected a fault");
  return describeFault(read);
};

const at = { atNs: 310_000_000 };
const link = { at, from: "a", to: "b", forNs: 5_000_000 };

test("fault in words: hosts", () => {
  expect(inWords({ kind: "crash", at, host: "a" })).toBe("crash of a at 310 ms");
  expect(inWords({ kind: "restart", at: { event: 12 }, host: "a" })).toBe(
    "restart of a before event 12",
  );
  expect(
    inWords({ kind: "pause", at: { point: "commit.sent", occurrence: 3 }, host: "a", forNs: 1e6 }),
  ).toBe("pause of a at commit.sent number 3 for 1 ms");
  const point = { point: "commit.sent", occurrence: 3, host: "b" };
  expect(inWords({ kind: "cable", at: point, host: "a", forNs: 1e6 })).toBe(
    "a cut between a and the clients at commit.sent of b number 3 for 1 ms",
  );
  expect(inWords({ kind: "slow", at, host: "a", share: 0.07, forNs: 1e6 })).toBe(
    "7 % of a's processor at 310 ms for 1 ms",
  );
  expect(inWords({ kind: "clock", at, host: "a", stepNs: -2e6 })).toBe(
    "a step of -2 ms of a's clock at 310 ms",
  );
  expect(inWords({ kind: "clock", at, host: "a", stepNs: 2e6, driftPpm: -9, forNs: 1e6 })).toBe(
    "a step of +2 ms and a drift of -9 ppm of a's clock at 310 ms for 1 ms",
  );
});

test("fault in words: links", () => {
  expect(inWords({ kind: "partition", ...link })).toBe("a cut between a and b at 310 ms for 5 ms");
  expect(inWords({ kind: "loss", ...link, oneWay: true, probability: 0.1 })).toBe(
    "loss of 10 % from a to b at 310 ms for 5 ms",
  );
  expect(inWords({ kind: "delay", ...link, extraNs: 40_000 })).toBe(
    "40 us more between a and b at 310 ms for 5 ms",
  );
  expect(inWords({ kind: "duplicate", ...link, probability: 0.000_001 })).toBe(
    "duplication of 0.0001 % between a and b at 310 ms for 5 ms",
  );
  expect(inWords({ kind: "reorder", ...link, probability: 1 })).toBe(
    "reordering of 100 %, by up to 500 us, between a and b at 310 ms for 5 ms",
  );
  expect(inWords({ kind: "corrupt", ...link, probability: 0.5 })).toBe(
    "corruption of 50 % between a and b at 310 ms for 5 ms",
  );
  expect(inWords({ kind: "bandwidth", ...link, bandwidthBitsPerSecond: 64_000 })).toBe(
    "64000 bit/s between a and b at 310 ms for 5 ms",
  );
});
