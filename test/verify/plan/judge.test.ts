import { expect, test } from "vitest";
import { ms } from "../../../src/sim/time.ts";
import type { Fault } from "../../../src/verify/plan/fault.ts";
import { judge } from "../../../src/verify/plan/judge.ts";
import type { PairPromise } from "../../../src/verify/plan/pair-promise.ts";

const promise: PairPromise = {
  pairs: [{ machine: "m", primary: "a", secondary: "b", protectedFromNs: ms(10) }],
  witness: "witness",
  silenceNs: ms(80),
};

const at = (timeMs: number): { atNs: number } => ({ atNs: ms(timeMs) });
const crash = (host: string, timeMs: number): Fault => ({ kind: "crash", host, at: at(timeMs) });
const restart = (host: string, timeMs: number): Fault => {
  return { kind: "restart", host, at: at(timeMs) };
};
const pause = (host: string, timeMs: number, forMs: number): Fault => {
  return { kind: "pause", host, at: at(timeMs), forNs: ms(forMs) };
};
const cut = (from: string, to: string, timeMs: number, forMs: number): Fault => {
  return { kind: "partition", from, to, at: at(timeMs), forNs: ms(forMs) };
};

/** Why a plan is not survivable, in words; undefined if it is. */
function reason(...faults: Fault[]): string | undefined {
  const judgement = judge({ version: 1, faults }, promise);
  return judgement.survivable ? undefined : judgement.reason;
}

test("judge: one failure is survived", () => {
  expect(reason()).toBeUndefined();
  expect(reason(crash("a", 300))).toBeUndefined();
  expect(reason(crash("b", 5))).toBeUndefined();
  expect(reason(crash("witness", 300))).toBeUndefined();
  expect(reason(crash("somebody else", 1))).toBeUndefined();
});

test("judge: faults that pass are survived, of whatever number", () => {
  expect(
    reason(
      pause("a", 0, 500),
      pause("b", 100, 500),
      cut("a", "b", 200, 900),
      cut("a", "witness", 300, 900),
      { kind: "clock", host: "a", at: at(50), stepNs: -ms(100) },
      { kind: "cable", host: "a", at: at(50), forNs: ms(500) },
    ),
  ).toBeUndefined();
});

test("judge: a primary may not crash before it is protected, or if that may have been kept up", () => {
  expect(reason(crash("a", 9))).toBe("faults[0] (crash of a at 9 ms): m may not be protected yet");
  expect(reason(pause("b", 1, 1), crash("a", 300))).toBe(
    "faults[1] (crash of a at 300 ms): faults[0] (pause of b at 1 ms for 1 ms) may have kept m from being protected",
  );
  expect(reason(pause("b", 10, 1), crash("a", 300))).toBeUndefined();
  expect(reason(crash("a", 10))).toBeUndefined();
  expect(reason(crash("a", 500), restart("a", 10), crash("a", 9))).toContain("faults[2]");
  expect(reason(pause("b", 1, 1), crash("b", 300))).toBeUndefined();
});

test("judge: the second crash of a pair may hit the last copy, in whatever order they are given", () => {
  const expected = "after faults[1] (crash of a at 300 ms) it may have the last copy of m";
  expect(reason(crash("b", 900), crash("a", 300))).toContain(expected);
  expect(reason(restart("a", 400), crash("a", 300), crash("b", 900))).toContain(expected);
  expect(reason(crash("a", 300), crash("b", 300))).toContain("may have the last copy");
  // The same host twice: the second time there is nothing to destroy.
  expect(reason(crash("a", 300), restart("a", 400), crash("a", 500))).toBeUndefined();
});

test("judge: a disturbance as long as a silence that is noticed may end the protection", () => {
  expect(reason(pause("a", 100, 79), crash("b", 300))).toBeUndefined();
  expect(reason(pause("a", 100, 80), crash("b", 300))).toContain(
    "after faults[0] (pause of a at 100 ms for 80 ms) it may have the last copy of m",
  );
  expect(reason(crash("b", 300), pause("a", 301, 80))).toBeUndefined();
  expect(reason(cut("b", "a", 100, 500), crash("a", 150))).toContain("last copy");
  expect(reason(cut("a", "witness", 100, 500), crash("a", 150))).toBeUndefined();
  expect(reason(cut("c", "d", 100, 500), crash("a", 150))).toBeUndefined();
});

test("judge: disturbances close together count as one", () => {
  expect(reason(pause("a", 100, 30), cut("a", "b", 200, 30), crash("b", 900))).toContain(
    "after faults[0]",
  );
  expect(reason(pause("a", 100, 30), cut("a", "b", 211, 30), crash("b", 900))).toBeUndefined();
  expect(reason(cut("a", "b", 210, 30), pause("a", 100, 30), crash("b", 900))).toContain(
    "after faults[1]",
  );
  // One within another does not make it shorter.
  expect(
    reason(pause("a", 100, 79), pause("b", 110, 1), pause("a", 190, 1), crash("b", 900)),
  ).toContain("after faults[0]");
});

test("judge: slowness, clocks and damage have no sure end, a delay ends with its last packet", () => {
  const link = { from: "a", to: "b", at: at(100), forNs: ms(1) };
  for (const fault of [
    { kind: "bandwidth", ...link, bandwidthBitsPerSecond: 1_000 },
    { kind: "corrupt", ...link, probability: 0.01 },
    { kind: "delay", ...link, extraNs: ms(79) },
    { kind: "clock", host: "b", at: at(100), stepNs: 1 },
    { kind: "slow", host: "b", at: at(100), share: 0.5, forNs: ms(1) },
  ] satisfies Fault[]) {
    expect(reason(fault, crash("a", 300))).toContain("after faults[0]");
  }
  expect(reason({ kind: "delay", ...link, extraNs: ms(78) }, crash("a", 300))).toBeUndefined();
  expect(reason({ kind: "loss", ...link, probability: 1 }, crash("a", 300))).toBeUndefined();
});

test("judge: nothing may happen to a pair while the witness is off, nor just before", () => {
  const off = [crash("witness", 300), restart("witness", 400)];
  const expected =
    "faults[0] (crash of witness at 300 ms): the witness may be needed for m because of";
  expect(reason(...off, crash("a", 350))).toContain(expected);
  expect(reason(...off, pause("a", 399, 1))).toContain(expected);
  expect(reason(...off, pause("a", 400, 1))).toContain(expected);
  expect(reason(...off, pause("a", 401, 1))).toBeUndefined();
  expect(reason(...off, pause("a", 90, 10))).toContain(expected);
  expect(reason(...off, pause("a", 89, 10))).toBeUndefined();
  expect(reason(...off, crash("a", 401))).toBeUndefined();
  expect(reason(...off, pause("b", 150, 10))).toContain(expected);
  expect(reason(...off, pause("b", 50, 10))).toBeUndefined();
  expect(reason(...off, crash("b", 20))).toContain(expected);
  expect(reason(crash("witness", 300), crash("a", 9_000))).toContain(expected);
  expect(reason(...off, crash("witness", 500), pause("a", 600, 1))).toContain(
    "faults[2] (crash of witness at 500 ms)",
  );
  expect(reason(...off, cut("a", "witness", 350, 10))).toBeUndefined();
});

test("judge: what it hits must be known beforehand", () => {
  const point: Fault = { kind: "crash", host: "a", at: { point: "commit.sent", occurrence: 2 } };
  expect(reason(point)).toBe(
    "faults[0] (crash of a at commit.sent number 2): what it hits is known only in the run",
  );
  expect(reason({ kind: "crash", host: "a", at: { event: 5 } })).toContain("faults[0]");
});

test("judge: without a known silence every disturbance counts; every pair is looked at", () => {
  const { pairs, witness } = promise;
  const second = { machine: "n", primary: "b", secondary: "c", protectedFromNs: ms(10) };
  const plan = { version: 1, faults: [pause("a", 100, 1), crash("b", 300)] } as const;
  expect(judge(plan, { pairs, witness })).toMatchObject({ survivable: false });
  expect(judge(plan, { pairs: [second], witness })).toEqual({ survivable: true });
  const both = { version: 1, faults: [crash("a", 300), crash("c", 300)] } as const;
  expect(judge(both, { pairs: [...pairs, second], witness })).toEqual({ survivable: true });
  const early = { version: 1, faults: [crash("b", 9)] } as const;
  expect(judge(early, { pairs: [...pairs, second], witness })).toEqual({
    survivable: false,
    reason: "faults[0] (crash of b at 9 ms): n may not be protected yet",
  });
});
