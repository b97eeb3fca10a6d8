import { expect, test } from "vitest";
import { OutputCommit } from "../../../src/verify/invariants/output-commit.ts";

const of = { machine: "m", term: 1 };
const committed = (epoch: number, term = 1) =>
  ({ kind: "checkpoint.committed", ...of, host: "b", term, epoch, pages: 1 }) as const;
const released = (epoch: number, isProtected = true) =>
  ({ kind: "output.released", ...of, host: "a", epoch, bytes: 9, protected: isProtected }) as const;

test("output commit: output of a committed epoch may leave", () => {
  const invariant = new OutputCommit();
  expect(invariant.observe(committed(3))).toBeUndefined();
  expect(invariant.observe(released(3))).toBeUndefined();
  expect(invariant.observe(released(2))).toBeUndefined();
});

test("output commit: output of an epoch that is not committed is reported", () => {
  const invariant = new OutputCommit();
  expect(invariant.observe(released(1))).toContain("committed epoch 0");
  invariant.observe(committed(3));
  expect(invariant.observe(released(4))).toContain("output of epoch 4");
});

test("output commit: a commit in another term or of another machine is no commit", () => {
  const invariant = new OutputCommit();
  invariant.observe(committed(9, 2));
  invariant.observe({ ...committed(9), machine: "other" });
  expect(invariant.observe(released(1))).toBeDefined();
});

test("output commit: a machine that runs alone may answer", () => {
  expect(new OutputCommit().observe(released(1, false))).toBeUndefined();
});

const onA = { ...of, host: "a" };
const allowed = (client: number, machine = "m") =>
  ({ kind: "output.bypass-allowed", ...onA, machine, epoch: 0, client }) as const;
const bypassed = (client: number, host = "a") =>
  ({ kind: "output.bypassed", ...of, host, epoch: 3, bytes: 9, client }) as const;

test("output commit: what bypasses does so for clients that it is allowed for, no others", () => {
  const invariant = new OutputCommit();
  expect(invariant.observe(bypassed(4))).toContain("to client 4 bypass in epoch 3 of term 1");
  expect(invariant.observe(bypassed(4))).toContain("allowed is none");
  invariant.observe(allowed(7));
  invariant.observe(allowed(8));
  invariant.observe(allowed(4, "other"));
  expect(invariant.observe(bypassed(7))).toBeUndefined();
  expect(invariant.observe(bypassed(8))).toBeUndefined();
  expect(invariant.observe(bypassed(4))).toContain("allowed is 7, 8");
});

test("output commit: nothing bypasses on a host that has asked who serves, until it has a secondary", () => {
  const invariant = new OutputCommit();
  invariant.observe(allowed(7));
  invariant.observe({ kind: "term.requested", ...onA, term: 2 });
  expect(invariant.observe(bypassed(7))).toContain("when it had asked who serves");
  expect(invariant.observe(bypassed(7, "b"))).toBeUndefined();
  invariant.observe({ kind: "protection.started", ...onA, term: 2, secondary: "b" });
  expect(invariant.observe(bypassed(7))).toBeUndefined();
});
