import { expect, test } from "vitest";
import { OneServer } from "../../../src/verify/invariants/one-server.ts";

const named = (host: string, term: number) =>
  ({
    kind: term === 1 ? "witness.registered" : "witness.granted",
    machine: "m",
    host,
    term,
  }) as const;
const answers = (host: string, term: number, epoch = 0, isProtected = false) =>
  ({
    kind: "output.released",
    machine: "m",
    host,
    term,
    epoch,
    bytes: 9,
    protected: isProtected,
  }) as const;
const loaded = (term: number, epoch: number) =>
  ({
    kind: "failover.loaded",
    machine: "m",
    host: "b",
    term,
    epoch,
    epochTerm: term - 1,
    digest: "d",
  }) as const;
const serves = (host: string, term: number) =>
  ({ kind: "failover.serving", machine: "m", host, term, from: "a", epoch: 1 }) as const;

test("one server: the host that the witness named last may answer alone", () => {
  const invariant = new OneServer();
  invariant.observe(named("a", 1));
  expect(invariant.observe(answers("a", 1))).toBeUndefined();
  invariant.observe(named("b", 2));
  expect(invariant.observe(serves("b", 2))).toBeUndefined();
  expect(invariant.observe(answers("b", 2))).toBeUndefined();
});

test("one server: a host that the witness did not name is reported, serving or answering", () => {
  const invariant = new OneServer();
  expect(invariant.observe(answers("a", 1))).toContain("has named nobody");
  invariant.observe(named("a", 1));
  expect(invariant.observe(serves("b", 2))).toContain("has named a in term 1");
  invariant.observe(named("b", 2));
  expect(invariant.observe(answers("a", 1))).toContain("a answers for m");
});

test("one server: a stale term is no tenure, even of the right host", () => {
  const invariant = new OneServer();
  invariant.observe(named("a", 1));
  invariant.observe(named("a", 2));
  invariant.observe(named("a", 3));
  expect(invariant.observe(answers("a", 1))).toBeDefined();
});

test("one server: a replaced primary may release what its successor has, and nothing beyond", () => {
  const invariant = new OneServer();
  invariant.observe(named("a", 1));
  invariant.observe(named("b", 2));
  invariant.observe(loaded(2, 7));
  expect(invariant.observe(answers("a", 1, 7, true))).toBeUndefined();
  expect(invariant.observe(answers("a", 1, 8, true))).toContain("went on from epoch 7");
});

test("one server: a replaced primary may release what its successor has replayed, and nothing beyond", () => {
  const invariant = new OneServer();
  const left = (position: number) =>
    invariant.observe({ ...answers("a", 1, position, true), log: true });
  invariant.observe(named("a", 1));
  expect(left(99)).toBeUndefined();
  invariant.observe({ ...loaded(2, 1), position: 40 });
  expect(left(40)).toBeUndefined();
  expect(left(41)).toContain("its successor went on from position 40");
});

test("one server: a successor that has replayed nothing is at the mark of its checkpoint", () => {
  const invariant = new OneServer();
  invariant.observe(named("a", 1));
  const marked = { machine: "m", host: "a", term: 1, epoch: 3, position: 17 };
  invariant.observe({ kind: "log.marked", ...marked });
  invariant.observe(loaded(2, 3));
  const left = (position: number) =>
    invariant.observe({ ...answers("a", 1, position, true), log: true });
  expect(left(17)).toBeUndefined();
  expect(left(18)).toContain("position 17");
});

test("one server: a host whose claim was granted answers in its term until it hears of it, and no other does", () => {
  const invariant = new OneServer();
  invariant.observe(named("a", 1));
  invariant.observe(named("a", 2));
  expect(invariant.observe(answers("a", 1))).toBeUndefined();
  expect(invariant.observe(answers("b", 1))).toMatch(/has named a in term 2/);
  invariant.observe(named("b", 3));
  expect(invariant.observe(answers("a", 2))).toMatch(/has named b in term 3/);
  invariant.observe(named("a", 4));
  expect(invariant.observe(answers("a", 2))).toMatch(/has named a in term 4/);
});
