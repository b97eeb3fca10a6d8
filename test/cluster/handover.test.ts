// covers src/cluster/dismissal.ts, src/cluster/running-protection.ts
import { expect, test } from "vitest";
import { CLAIM_RETRY_NS } from "../../src/cluster/term-claimant.ts";
import { ms, us } from "../../src/sim/time.ts";
import { idleScheme, pair } from "./rig.ts";

const onA = { machine: "m", host: "a", term: 1 };
const onB = { ...onA, host: "b" };

/** Kinds of what was said since the protection began, with the host. */
function said(on: ReturnType<typeof pair>): string[] {
  return on
    .records("handover", "term", "witness.g", "witness.ref", "machine", "protection.l", "failover")
    .map((record) => `${record.kind} ${(record as unknown as { host: string }).host}`);
}

test("handover: after a last checkpoint the secondary serves and the primary is fenced, unasked", () => {
  const on = pair();
  on.run(ms(20));
  on.request();
  on.machine.handOver();
  on.run(ms(12));
  expect(said(on)).toEqual([
    "handover.ordered a",
    "handover.started a",
    "handover.ready a",
    "handover.received b",
    "term.requested b",
    "witness.granted b",
    "failover.started b",
    "failover.loaded b",
    "machine.fenced a",
    "failover.serving b",
  ]);
  expect(on.records("failure")).toEqual([]);
  // The reply left before the machine stood still, in a state that the secondary goes on from.
  expect(on.endpoint.inbox.length).toBe(1);
  expect(on.records("output.discarded")).toEqual([]);
  expect(on.machine.activeNode).toMatchObject({ host: on.b, term: 2, alone: true });
});

test("handover: what the machine is told while it stands still is not executed; it is asked again", () => {
  const on = pair();
  on.run(ms(20));
  on.when("handover.ready", () => on.request());
  on.machine.handOver();
  on.run(ms(40));
  expect(
    on.records("request.delivered").map((record) => (record as { host?: string }).host),
  ).toEqual([]);
  on.request();
  on.run(ms(10));
  expect(on.records("request.delivered").at(-1)).toMatchObject({ host: "b" });
});

test("handover: an offer that is lost is made again; with none heard silence does the same", () => {
  const on = pair();
  on.run(ms(20));
  on.when("handover.ready", () => on.network.partition("a", "b"));
  on.machine.handOver();
  on.run(ms(10) + CLAIM_RETRY_NS);
  const named = on.machine.activeNode;
  expect(said(on).filter((line) => line.startsWith("witness.granted"))).toHaveLength(1);
  expect([on.a, on.b]).toContain(named?.host);
  expect(named?.term).toBe(2);
});

test("handover: a secondary that dies on the way leaves the machine where it is", () => {
  for (const at of ["handover.started", "handover.ready", "checkpoint.collected"]) {
    const on = pair();
    on.run(ms(20));
    on.machine.handOver();
    on.when(at, () => on.b.crash());
    on.run(ms(60));
    on.request();
    on.run(ms(20));
    expect(on.machine.activeNode).toMatchObject({ host: on.a, term: 2, alone: true });
    expect(on.records("protection.lost")).toMatchObject([{ reason: "handover failed" }]);
    expect(on.endpoint.inbox.length).toBe(1);
  }
});

test("handover: a primary that dies on the way is stood in for", () => {
  for (const at of ["handover.started", "handover.ready", "handover.received"]) {
    const on = pair();
    on.run(ms(20));
    on.machine.handOver();
    on.when(at, () => on.a.crash());
    on.run(ms(60));
    expect(on.machine.activeNode).toMatchObject({ host: on.b, term: 2 });
  }
});

test("handover: a scheme without a last checkpoint stops its machine where it is", () => {
  const on = pair({ scheme: idleScheme() });
  on.run(ms(3));
  on.machine.activeNode!.gate.begin(1);
  on.machine.handOver();
  on.run(ms(1));
  expect(on.records("handover")).toMatchObject([
    { kind: "handover.ordered", ...onA },
    { kind: "handover.started", ...onA },
    { kind: "handover.ready", ...onA },
    { kind: "handover.received", ...onB },
  ]);
});

test("orders: wait for the witness; until it is heard the machine is protected and answers", () => {
  for (const [order, kind] of [
    ["handOver", "handover.started"],
    ["dismiss", "protection.lost"],
  ] as const) {
    const on = pair();
    on.run(ms(20));
    on.network.partition("a", "w");
    on.machine[order]();
    on.run(ms(30));
    on.request();
    on.run(ms(30));
    expect(on.records(kind)).toEqual([]);
    expect(on.endpoint.inbox.length).toBe(1);
    expect(on.records("output.released").at(-1)).toMatchObject({ protected: true });
    on.network.heal("a", "w");
    on.run(ms(60));
    expect(on.records(kind)).toHaveLength(1);
    expect(on.machine.activeNode).toMatchObject({ term: 2, alone: true });
  }
});

test("orders: a secondary that falls silent while they wait is reacted to, by one claim", () => {
  for (const order of ["handOver", "dismiss"] as const) {
    const on = pair();
    on.run(ms(20));
    on.network.partition("a", "w");
    on.machine[order]();
    on.run(ms(30));
    on.b.crash();
    on.run(ms(30));
    on.network.heal("a", "w");
    on.run(ms(30));
    expect(on.records("term.requested")).toMatchObject([{ host: "a", term: 2 }]);
    expect(on.records("protection.lost")).toMatchObject([{ reason: "secondary silent" }]);
    expect(on.machine.activeNode).toMatchObject({ host: on.a, term: 2, alone: true });
  }
});

test("orders: a primary that was replaced while it waited learns it from the witness, and is fenced", () => {
  for (const order of ["handOver", "dismiss"] as const) {
    const on = pair();
    on.run(ms(20));
    on.network.partition("a", "w");
    on.machine[order]();
    on.run(ms(1));
    on.network.partition("a", "b");
    on.run(ms(60));
    expect(on.machine.activeHost).toBe(on.b);
    on.network.heal("a", "w");
    on.run(ms(30));
    expect(on.records("machine.fenced")).toMatchObject([{ host: "a" }]);
    expect(on.records("protection.lost")).toEqual([]);
  }
});

test("dismiss: the primary takes the next term, goes on alone, and the secondary is refused", () => {
  const on = pair();
  on.run(ms(20));
  on.machine.dismiss();
  on.run(ms(20));
  expect(said(on)).toEqual([
    "term.requested a",
    "witness.granted a",
    "protection.lost a",
    "term.requested b",
    "witness.refused b",
  ]);
  expect(on.records("protection.lost")).toMatchObject([{ reason: "secondary dismissed" }]);
  expect(on.records("stand-by.abandoned")).toMatchObject([onB]);
  expect(on.machine.activeNode).toMatchObject({ host: on.a, term: 2, alone: true });
});

test("orders: refused for a machine that runs alone; nothing is changed then", () => {
  const on = pair();
  on.run(ms(20));
  on.b.crash();
  on.run(ms(20));
  const before = on.engine.trace.position;
  for (const order of [() => on.machine.handOver(), () => on.machine.dismiss()]) {
    expect(order).toThrow(expect.objectContaining({ code: "NOT_PROTECTED" }));
    expect(order).toThrow("got m, which runs alone");
  }
  on.a.crash();
  expect(() => on.machine.handOver()).toThrow("which nobody serves");
  expect(on.engine.trace.position).toBe(before + 1);
});

test("remove: what was fenced or given up is taken off its host, which may stand by again", () => {
  const on = pair();
  on.run(ms(20));
  expect(() => on.machine.remove(on.a)).toThrow(expect.objectContaining({ code: "PART_IN_USE" }));
  expect(() => on.machine.remove(on.b)).toThrow("a secondary");
  expect(() => on.machine.remove(on.c)).toThrow(expect.objectContaining({ code: "NO_SUCH_PART" }));
  on.machine.handOver();
  on.run(ms(12));
  on.machine.remove(on.a);
  expect(on.records("machine.removed")).toEqual([{ kind: "machine.removed", ...onA }]);
  expect(() => on.machine.remove(on.a)).toThrow("which has none");
  on.machine.protectAgain(on.a);
  on.run(ms(200));
  expect(on.machine.isProtected).toBe(true);
  on.b.crash();
  on.run(ms(20));
  on.request();
  on.run(ms(20) + us(1));
  expect(on.machine.activeNode).toMatchObject({ host: on.a, term: 3 });
  expect(on.endpoint.inbox.length).toBe(1);
});
