// covers src/cluster/machine-node.ts, src/cluster/machine-parts.ts, src/cluster/protected-machine.ts
import { expect, test } from "vitest";
import { InvariantError } from "../../src/sim/errors.ts";
import { ms } from "../../src/sim/time.ts";
import { idleScheme, pair } from "./rig.ts";

type Pair = ReturnType<typeof pair>;

/** Runs until b serves alone, a being off. */
function failedOver(): Pair {
  const on = pair();
  on.run(ms(20));
  on.a.crash();
  on.run(ms(20));
  return on;
}

test("protected machine: it serves on its primary, unprotected until the first copy is made", () => {
  const on = pair();
  expect(on.machine.name).toBe("m");
  expect(on.machine.nodes.map(({ host, role }) => [host, role])).toEqual([
    [on.a, "primary"],
    [on.b, "secondary"],
  ]);
  expect(on.clients.holder("m")).toBe(on.a);
  expect([on.machine.activeHost, on.machine.isProtected]).toEqual([on.a, false]);
  expect(on.machine.recoverable).toBe(false);
  on.run(ms(5));
  expect([on.machine.activeHost, on.machine.isProtected]).toEqual([on.a, true]);
});

test("protected machine: nobody serves from a crash to the failover, and it can recover", () => {
  const on = pair();
  on.run(ms(20));
  on.a.crash();
  expect([on.machine.activeHost, on.machine.isProtected]).toEqual([undefined, false]);
  expect(on.machine.recoverable).toBe(true);
  on.run(ms(20));
  expect([on.machine.activeHost, on.machine.isProtected]).toEqual([on.b, false]);
  expect(on.machine.recoverable).toBe(false);
});

test("protected machine: nothing can recover it once both copies are gone", () => {
  const on = pair();
  on.run(ms(20));
  on.a.crash();
  on.b.crash();
  expect([on.machine.activeHost, on.machine.isProtected]).toEqual([undefined, false]);
  expect(on.machine.recoverable).toBe(false);
});

test("protected machine: a stand-by without a checkpoint recovers nothing", () => {
  const on = pair({ scheme: idleScheme() });
  on.run(ms(4));
  on.a.crash();
  expect(on.machine.recoverable).toBe(false);
});

test("protected machine: a host that was restarted has no part of what ran on it", () => {
  const on = pair();
  on.run(ms(20));
  const [node] = on.machine.nodes;
  expect([node?.alive, node?.serving]).toEqual([true, true]);
  on.a.crash();
  on.a.restart();
  expect([node?.alive, node?.serving]).toEqual([false, false]);
  expect(on.machine.activeHost).toBeUndefined();
});

test("protected machine: of two hosts that think they serve the newer term counts", () => {
  const on = pair();
  on.run(ms(20));
  on.a.pause();
  on.run(ms(20));
  const [old, stoodIn] = on.machine.nodes;
  expect([old?.serving, stoodIn?.serving]).toEqual([true, true]);
  expect([old?.term, stoodIn?.term]).toEqual([1, 2]);
  expect(on.machine.activeNode).toBe(stoodIn);
});

test("protected machine: the newer term counts wherever its host stands in the list", () => {
  const on = failedOver();
  on.a.restart();
  on.machine.protectAgain(on.a);
  on.run(ms(20));
  on.b.pause();
  on.run(ms(20));
  expect(on.machine.nodes.map(({ term, serving }) => [term, serving])).toEqual([
    [3, true],
    [2, true],
  ]);
  expect(on.machine.activeHost).toBe(on.a);
});

test("protected machine: without a witness both serve in one term, and the first counts", () => {
  const on = pair({ broken: { noWitness: true } });
  on.run(ms(20));
  on.network.partition("a", "b");
  on.run(ms(20));
  expect(on.machine.nodes.map(({ term, alone }) => [term, alone])).toEqual([
    [2, true],
    [2, true],
  ]);
  expect(on.machine.activeHost).toBe(on.a);
  expect(on.records("witness")).toHaveLength(1);
});

test("protected machine: a witness that grants whatever is asked lets both serve", () => {
  const on = pair({ broken: { witnessWithoutTerm: true } });
  on.run(ms(20));
  on.network.partition("a", "b");
  on.run(ms(20));
  expect(on.records("witness").map(({ kind, host }) => [kind, host])).toEqual([
    ["witness.registered", "a"],
    ["witness.granted", "a"],
    ["witness.granted", "b"],
  ]);
  expect(on.machine.nodes.map(({ serving }) => serving)).toEqual([true, true]);
});

test("protected machine: protected again, it goes through the same life in the next term", () => {
  const on = failedOver();
  on.request();
  on.run(ms(5));
  on.a.restart();
  on.machine.protectAgain(on.a);
  expect(on.machine.isProtected).toBe(false);
  expect(on.machine.activeNode).toMatchObject({ host: on.b, alone: false });
  expect(on.machine.nodes.map(({ host, role, term }) => [host, role, term])).toEqual([
    [on.a, "secondary", 2],
    [on.b, "primary", 2],
  ]);
  on.run(ms(20));
  expect(on.machine.isProtected).toBe(true);
  expect(on.life().at(-1)).toEqual({
    kind: "protection.started",
    machine: "m",
    host: "b",
    term: 2,
    secondary: "a",
  });
  on.b.crash();
  on.run(ms(20));
  expect(on.life().at(-1)).toMatchObject({
    kind: "failover.serving",
    host: "a",
    term: 3,
    from: "b",
  });
  // The first request was counted on host b.
  on.request();
  on.run(ms(5));
  expect(on.endpoint.inbox.length).toBe(2);
});

test("protected machine: a third host is added to the list when it becomes the secondary", () => {
  const on = failedOver();
  on.machine.protectAgain(on.c);
  expect(on.machine.nodes.map(({ host }) => host.name)).toEqual(["a", "b", "c"]);
  on.run(ms(20));
  on.b.crash();
  on.run(ms(20));
  expect(on.machine.activeNode).toMatchObject({ host: on.c, term: 3 });
});

test("protected machine: a machine that is protected, undecided or not served gets no secondary", () => {
  const on = pair();
  on.run(ms(20));
  const again = (): void => on.machine.protectAgain(on.c);
  expect(again).toThrow("expected a machine that runs alone, got m, that is protected");
  expect(again).toThrow(expect.objectContaining({ code: "NOT_ALONE" }));
  on.b.crash();
  on.run(ms(1));
  expect(again).toThrow("or undecided");
  on.a.crash();
  expect(again).toThrow("got m, that nobody serves");
  expect(on.machine.nodes).toHaveLength(2);
});

test("protected machine: a host that is off or has a part of it cannot become its secondary", () => {
  const on = failedOver();
  expect(() => on.machine.protectAgain(on.a)).toThrow(
    expect.objectContaining({ code: "STAND_BY_HOST" }),
  );
  expect(() => on.machine.protectAgain(on.a)).toThrow("has no part of m, got a, which is off");
  expect(() => on.machine.protectAgain(on.b)).toThrow("got b, which has a part of it: primary");
  expect(on.machine.activeNode?.alone).toBe(true);
});

test("protected machine: the two copies are never on one host", () => {
  expect(() => pair({ secondary: "a" })).toThrow(InvariantError);
});
