import { expect, test } from "vitest";
import { ReplayIdentity } from "../../../src/verify/invariants/replay-identity.ts";

const at = (position: number, host = "b") => ({ machine: "m", host, term: 1, position });
const recorded = (position: number, digest: string) =>
  ({ kind: "stretch.recorded", digest, ...at(position, "a") }) as const;
const replayed = (position: number, digest: string) =>
  ({ kind: "stretch.replayed", digest, ...at(position) }) as const;
const loaded = (position: number, digest: string) =>
  ({
    kind: "failover.loaded",
    ...{ machine: "m", host: "b", term: 2, epoch: 1, epochTerm: 1, digest, position },
  }) as const;
const diverged = { kind: "replay.diverged", reason: "time", ...at(5) } as const;
const applied = {
  kind: "checkpoint.applied",
  ...{ machine: "m", host: "b", term: 1, epoch: 2, pages: 1, digest: "x" },
} as const;

test("replay identity: equal states at equal positions", () => {
  const invariant = new ReplayIdentity();
  expect(invariant.observe(recorded(16, "x"))).toBeUndefined();
  invariant.observe(recorded(32, "y"));
  expect(invariant.observe(replayed(16, "x"))).toBeUndefined();
  expect(invariant.observe(replayed(32, "x"))).toBe(
    "b replays position 32 of m with state x; the primary's was y",
  );
});

test("replay identity: what it stands in with, where both have looked", () => {
  const invariant = new ReplayIdentity();
  invariant.observe(recorded(16, "x"));
  expect(invariant.observe(loaded(16, "x"))).toBeUndefined();
  expect(invariant.observe(loaded(17, "y"))).toBeUndefined();
  expect(invariant.observe(loaded(16, "y"))).toContain("stands in with position 16");
});

test("replay identity: a machine whose replay diverged does not stand in before a checkpoint", () => {
  const invariant = new ReplayIdentity();
  expect(invariant.observe(diverged)).toBeUndefined();
  expect(invariant.observe(loaded(6, "x"))).toBe("b stands in for m after a divergence: time");
  invariant.observe(applied);
  expect(invariant.observe(loaded(6, "x"))).toBeUndefined();
});

test("replay identity: who knows of an error is not fed any more", () => {
  const invariant = new ReplayIdentity();
  const request = (host: string) =>
    ({ kind: "request.replayed", client: 1, number: 2, ...at(9, host) }) as const;
  expect(invariant.observe(request("b"))).toBeUndefined();
  invariant.observe({ kind: "log.failed", ...at(12) });
  expect(invariant.observe(request("b"))).toContain("after it was told of an error");
  expect(invariant.observe(replayed(16, "x"))).toContain("after it was told of an error");
  expect(invariant.observe(request("c"))).toBeUndefined();
});
