import { expect, test } from "vitest";
import { MemoryIdentity } from "../../../src/verify/invariants/memory-identity.ts";

const copied = (epoch: number, digest: string, machine = "m") =>
  ({ kind: "checkpoint.copied", machine, host: "a", term: 1, epoch, pages: 1, digest }) as const;
const applied = (epoch: number, digest: string) =>
  ({
    kind: "checkpoint.applied",
    machine: "m",
    host: "b",
    term: 1,
    epoch,
    pages: 1,
    digest,
  }) as const;
const loaded = (epoch: number, digest: string) =>
  ({
    kind: "failover.loaded",
    machine: "m",
    host: "b",
    term: 2,
    epochTerm: 1,
    epoch,
    digest,
  }) as const;

test("memory identity: the same state applied and stood in with is right", () => {
  const invariant = new MemoryIdentity();
  expect(invariant.observe(copied(1, "x"))).toBeUndefined();
  expect(invariant.observe(applied(1, "x"))).toBeUndefined();
  expect(invariant.observe(copied(2, "y"))).toBeUndefined();
  expect(invariant.observe(loaded(1, "x"))).toBeUndefined();
});

test("memory identity: another state is reported when applied and when stood in with", () => {
  const invariant = new MemoryIdentity();
  invariant.observe(copied(1, "x"));
  expect(invariant.observe(applied(1, "z"))).toContain("the primary's was x");
  expect(invariant.observe(loaded(1, "z"))).toContain("b stands in with epoch 1");
});

test("memory identity: a state that the primary never had is reported", () => {
  const invariant = new MemoryIdentity();
  invariant.observe(copied(1, "x", "other"));
  expect(invariant.observe(applied(1, "x"))).toContain("no such checkpoint");
});

test("memory identity: old epochs are forgotten, recent ones are not", () => {
  const invariant = new MemoryIdentity();
  for (let epoch = 1; epoch <= 20; epoch += 1) invariant.observe(copied(epoch, `d${epoch}`));
  expect(invariant.observe(applied(20, "d20"))).toBeUndefined();
  expect(invariant.observe(applied(13, "d13"))).toBeUndefined();
  expect(invariant.observe(applied(12, "d12"))).toBeDefined();
});
