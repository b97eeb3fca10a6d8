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
