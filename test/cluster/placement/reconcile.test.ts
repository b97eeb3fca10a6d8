import { expect, test } from "vitest";
import { ClusterView } from "../../../src/cluster/placement/cluster-view.ts";
import { reconcile, type Wishes } from "../../../src/cluster/placement/reconcile.ts";
import type { PartStatus } from "../../../src/cluster/placement/status-message.ts";
import { alone, part, standBy, status } from "./statuses.ts";

/** What is done about parts that hosts a, b, c and d tell of; d is not heard of unless it has some. */
function decided(
  told: Readonly<Record<string, readonly PartStatus[]>>,
  wishes: Partial<Omit<Wishes, "maintained">> & { maintained?: readonly string[] } = {},
  prepare?: (view: ClusterView) => void,
) {
  const hosts = ["a", "b", "c", "d"].map((name) => ({ name, domain: name, memoryBytes: 250 }));
  const view = new ClusterView(hosts, 100);
  for (const [host, parts] of Object.entries({ a: [], b: [], c: [], ...told })) {
    view.heard(host, status(parts), 10);
  }
  view.look(20);
  prepare?.(view);
  const { maintained = [], ...more } = wishes;
  const all = { machines: ["m", "n", "o"], syncsMost: 2, bootNs: 50, broken: {}, ...more };
  return { view, ...reconcile(view, { ...all, maintained: new Set(maintained) }, 20) };
}

test("reconcile: nothing is done about machines that have two copies, or that nobody serves", () => {
  const { orders, unplaced } = decided({ a: [part("m")], b: [standBy("m"), standBy("n")] });
  expect([orders, unplaced]).toEqual([[], []]);
});

test("reconcile: a machine that runs alone first gets a host that stands by", () => {
  const { orders, view } = decided({ a: [alone("m", { term: 3 })], b: [part("x")] });
  expect(orders).toEqual([{ host: "c", order: "stand-by", machine: "m", term: 3, peer: "a" }]);
  expect(view.pendingHost("m")).toBe("c");
});

test("reconcile: while that host boots it is told again, and no other one", () => {
  const { orders } = decided({ a: [alone("m")] }, {}, (view) => view.choose("m", "c", 100, 50));
  expect(orders).toEqual([{ host: "c", order: "stand-by", machine: "m", term: 1, peer: "a" }]);
});

test("reconcile: when it stands by the primary is told; not for one of another term or primary", () => {
  const { orders } = decided({ a: [alone("m", { term: 3 })], b: [standBy("m", { term: 3 })] });
  expect(orders).toEqual([{ host: "a", order: "protect", machine: "m", term: 3, peer: "b" }]);
  for (const stale of [{ term: 2 }, { term: 3, peer: "c" }]) {
    const other = decided({ a: [alone("m", { term: 3 })], b: [standBy("m", stale)] });
    expect(other.orders).toMatchObject([{ host: "c", order: "stand-by" }]);
  }
});

test("reconcile: no more first copies at a time than are wanted", () => {
  const three = { a: [alone("m"), alone("n")], b: [alone("o")] };
  expect(decided(three).orders.map(({ machine }) => machine)).toEqual(["m", "n"]);
  expect(decided(three, { syncsMost: 1 }).orders).toHaveLength(1);
  const busy = decided({ ...three, a: [part("m", { isMirrored: false }), alone("n")] });
  expect(busy.orders.map(({ machine }) => machine)).toEqual(["n"]);
  const booting = decided(three, {}, (view) => view.choose("o", "c", 100, 50));
  expect(booting.orders.map(({ machine }) => machine)).toEqual(["m", "o"]);
});

test("reconcile: what is over is taken away", () => {
  const { orders } = decided({
    a: [part("m", { role: "fenced", term: 1 })],
    b: [part("m", { term: 2, peer: "c" })],
    c: [standBy("m", { term: 2, peer: "b" }), part("n", { role: "abandoned", term: 4 })],
  });
  expect(orders).toEqual([
    { host: "a", order: "remove", machine: "m", term: 1, peer: "" },
    { host: "c", order: "remove", machine: "n", term: 4, peer: "" },
  ]);
});

test("reconcile: a machine for which there is no host is told of; room that is promised is taken", () => {
  const full = part("x", { memoryBytes: 200 });
  const none = decided({ a: [alone("m")], b: [full], c: [full] });
  expect([none.orders, none.unplaced]).toEqual([[], ["m"]]);
  const one = decided({ a: [alone("m"), alone("n")], b: [full], c: [part("x")] });
  expect(one.orders).toMatchObject([{ machine: "m", host: "c" }]);
  expect(one.unplaced).toEqual(["n"]);
});

test("reconcile: a host that is to be empty loses its secondaries and hands its primaries over", () => {
  const pair = { a: [part("m")], b: [standBy("m")] };
  expect(decided(pair, { maintained: ["b"] }).orders).toEqual([
    { host: "a", order: "dismiss", machine: "m", term: 1, peer: "b" },
  ]);
  expect(decided(pair, { maintained: ["a"] }).orders).toEqual([
    { host: "a", order: "hand-over", machine: "m", term: 1, peer: "b" },
  ]);
  expect(decided(pair, { maintained: ["a", "b"] }).orders).toMatchObject([{ order: "dismiss" }]);
});

test("reconcile: nobody is dismissed while there is nobody else, or too much is copied already", () => {
  const pair = { a: [part("m")], b: [standBy("m")], c: [part("x", { memoryBytes: 200 })] };
  const none = decided(pair, { maintained: ["b"] });
  expect([none.orders, none.unplaced]).toEqual([[], ["m"]]);
  const busy = { ...pair, c: [part("n", { isMirrored: false })] };
  expect(decided(busy, { maintained: ["b"], syncsMost: 1 }).orders).toEqual([]);
});

test("reconcile: a machine alone on a host that is to be empty gets a secondary, then moves", () => {
  const first = decided({ a: [alone("m")] }, { maintained: ["a"] });
  expect(first.orders).toMatchObject([{ host: "b", order: "stand-by" }]);
});
