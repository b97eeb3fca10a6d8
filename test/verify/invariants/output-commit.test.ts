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

test("output commit: output of a position may leave when the log up to it is stored", () => {
  const invariant = new OutputCommit();
  const left = (position: number) => invariant.observe({ ...released(position), log: true });
  const at = { ...of, host: "b" };
  // Epochs and positions are not mixed up.
  invariant.observe(committed(50));
  expect(left(1)).toContain("stored the log up to 0");
  invariant.observe({ kind: "log.stored", ...at, position: 7, entries: 2 });
  expect(left(7)).toBeUndefined();
  expect(left(8)).toContain("output of position 8");
  invariant.observe({ kind: "log.marked", ...at, host: "a", position: 12, epoch: 51 });
  expect(left(12)).toBeDefined();
  invariant.observe(committed(51));
  expect(left(12)).toBeUndefined();
  invariant.observe({ kind: "log.stored", ...at, position: 9, entries: 2 });
  expect(left(12)).toBeUndefined();
});
