import { expect, test } from "vitest";
import { ClusterView } from "../../../src/cluster/placement/cluster-view.ts";
import { part, status } from "./statuses.ts";

const HOSTS = ["a", "b", "c"].map((name) => ({ name, domain: name, memoryBytes: 1_000 }));

test("view: what a host told last counts, whatever comes late of what it told before", () => {
  const view = new ClusterView(HOSTS, 100);
  view.heard("a", status([part("m")], { sequence: 5 }), 10);
  view.heard("a", status([], { sequence: 4 }), 20);
  view.look(30);
  expect(view.parts().get("m")).toEqual([{ ...part("m"), host: "a" }]);
  view.heard("a", status([], { incarnation: 2, sequence: 1 }), 40);
  expect(view.parts().has("m")).toBe(false);
  view.heard("a", status([part("m")], { incarnation: 1, sequence: 9 }), 50);
  expect(view.parts().has("m")).toBe(false);
});

test("view: a host that is silent for too long is gone, and its parts with it", () => {
  const view = new ClusterView(HOSTS, 100);
  view.heard("a", status([part("m")]), 10);
  view.look(109);
  expect([view.isPresent("a"), view.isPresent("b"), view.parts().size]).toEqual([true, false, 1]);
  view.look(110);
  expect([view.isPresent("a"), view.parts().size]).toEqual([false, 0]);
});

test("view: placement sees what hosts told, what is on its way to them, and which are to be empty", () => {
  const view = new ClusterView(HOSTS, 100);
  for (const name of ["a", "b"]) view.heard(name, status([part("m", { memoryBytes: 300 })]), 10);
  view.look(20);
  view.choose("n", "b", 200, 50);
  expect(view.pendingHost("n")).toBe("b");
  expect(view.placementHosts(new Set(["a"]))).toEqual([
    { ...HOSTS[0], usedBytes: 300, isOpen: false },
    { ...HOSTS[1], usedBytes: 500, isOpen: true },
    { ...HOSTS[2], usedBytes: 0, isOpen: false },
  ]);
});

test("view: what is pending ends when the host tells of it, or has had time enough", () => {
  const view = new ClusterView(HOSTS, 100);
  view.choose("m", "b", 200, 50);
  view.choose("n", "c", 200, 50);
  view.heard("c", status([part("m")]), 10);
  expect([view.pendingHost("m"), view.pendingHost("n")]).toEqual(["b", "c"]);
  view.heard("b", status([part("m")]), 20);
  expect(view.pendingHost("m")).toBeUndefined();
  view.look(49);
  expect(view.pendingHost("n")).toBe("c");
  view.look(50);
  expect(view.pendingHost("n")).toBeUndefined();
});

test("view: parts of one machine are those that all parts have of it, in the order of the hosts", () => {
  const view = new ClusterView(HOSTS, 100);
  view.heard("b", status([part("n"), part("m")]), 10);
  view.heard("a", status([part("m")]), 20);
  view.look(30);
  expect(view.partsOf("m").map(({ host }) => host)).toEqual(["a", "b"]);
  for (const machine of ["m", "n"])
    expect(view.partsOf(machine)).toEqual(view.parts().get(machine));
  view.heard("b", status([part("n")], { sequence: 2 }), 40);
  view.look(50);
  expect(view.partsOf("m").map(({ host }) => host)).toEqual(["a"]);
  view.look(130);
  expect([view.partsOf("m"), view.partsOf("x"), view.has("b"), view.has("x")]).toEqual([
    ...[[], []],
    ...[true, false],
  ]);
});
