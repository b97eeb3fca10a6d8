import { expect, test } from "vitest";
import { ms, us } from "../../src/sim/time.ts";
import { idleScheme, pair } from "./rig.ts";

const onB = { machine: "m", host: "b" };
const onA = { machine: "m", host: "a" };

test("secondary role: it stands in for a primary that died, from its last committed checkpoint", () => {
  const on = pair();
  on.run(ms(20));
  on.a.crash();
  on.run(ms(20));
  const committed = on.records("checkpoint.applied").at(-1)!;
  const { epoch, digest } = committed;
  expect(epoch).toBeGreaterThan(5);
  expect(on.life().slice(2)).toEqual([
    { kind: "failure.suspected", ...onB, term: 1, peer: "a", silentNs: ms(5) },
    { kind: "term.requested", ...onB, term: 2 },
    { kind: "witness.granted", ...onB, term: 2 },
    { kind: "failover.started", ...onB, term: 2, epoch, from: "a" },
    { kind: "failover.loaded", ...onB, term: 2, epoch, epochTerm: 1, digest },
    { kind: "failover.serving", ...onB, term: 2, epoch, from: "a" },
  ]);
  expect(on.machine.activeNode).toMatchObject({ host: on.b, term: 2, alone: true });
});

test("secondary role: starting the machine takes the host's time, then clients are led to it", () => {
  const on = pair();
  const atNs = new Map<string, number>();
  on.engine.trace.addSink({
    record(nowNs, _position, { kind, host }) {
      if (host === "b") atNs.set(kind, nowNs);
    },
  });
  on.run(ms(20));
  on.a.crash();
  on.request();
  on.run(ms(20));
  const { promoteNs, announceNs } = on.b.profile;
  expect(atNs.get("failover.serving")! - atNs.get("failover.loaded")!).toBe(promoteNs);
  expect(atNs.get("address.moved")! - atNs.get("failover.serving")!).toBe(announceNs);
  expect(on.clients.holder("m")).toBe(on.b);
  // What was asked meanwhile went to the dead host; the client asks again.
  expect(on.endpoint.inbox.length).toBe(0);
  on.request();
  on.run(ms(1));
  expect(on.endpoint.inbox.length).toBe(1);
  expect(on.records("output").at(-1)).toMatchObject({
    kind: "output.released",
    host: "b",
    term: 2,
    protected: false,
  });
});

test("secondary role: before the first checkpoint there is nothing to stand in with", () => {
  const on = pair();
  on.a.crash();
  on.run(ms(20));
  expect(on.life().slice(1)).toEqual([
    { kind: "failure.suspected", ...onB, term: 1, peer: "a", silentNs: ms(5) },
    { kind: "stand-by.abandoned", ...onB, term: 1, reason: "no complete checkpoint" },
  ]);
  expect(on.machine.nodes[1]?.role).toBe("abandoned");
  expect(on.machine.activeHost).toBeUndefined();
});

test("secondary role: refused by the witness, it leaves the machine to the primary", () => {
  const on = pair();
  on.run(ms(20));
  on.network.partition("b", "a", { oneWay: true });
  on.run(ms(20));
  expect(on.life().slice(2)).toEqual([
    { kind: "failure.suspected", ...onA, term: 1, peer: "b", silentNs: ms(5) },
    { kind: "term.requested", ...onA, term: 2 },
    { kind: "witness.granted", ...onA, term: 2 },
    { kind: "protection.lost", ...onA, term: 2, reason: "secondary silent" },
    { kind: "failure.suspected", ...onB, term: 1, peer: "a", silentNs: ms(5) },
    { kind: "term.requested", ...onB, term: 2 },
    { kind: "witness.refused", ...onB, term: 2, held: 2 },
    { kind: "stand-by.abandoned", ...onB, term: 1, reason: "the primary goes on alone" },
  ]);
  expect(on.machine.nodes[1]).toMatchObject({ role: "abandoned", term: 1, serving: false });
  expect(on.machine.nodes[1]?.vm.started).toBe(false);
});

test("secondary role: it acknowledges nothing from the moment it asks for the term", () => {
  const on = pair();
  on.run(ms(20));
  // Heartbeats of a are lost, its checkpoints arrive.
  on.network
    .link(on.a, on.b)
    .from(on.a)
    .addRule(({ port }) => (port === "m" ? "pass" : "drop"));
  on.network.partition("b", "w");
  on.run(ms(9));
  const kinds = on
    .records("term.requested", "commit.sent", "acknowledgement.sent")
    .map(({ kind }) => kind);
  expect(kinds.slice(kinds.indexOf("term.requested"))).toEqual(["term.requested", "commit.sent"]);
});

test("secondary role: a checkpoint that was committed and not applied is stood in with", () => {
  const on = pair();
  on.run(ms(21));
  on.request();
  on.run(us(300));
  on.when("acknowledgement.sent", () => {
    on.engine.holdRunning();
    on.a.crash();
  });
  on.run(ms(30));
  const copied = on.records("checkpoint.copied").at(-1)!;
  const loaded = on.records("failover.loaded").at(-1)!;
  expect(loaded).toMatchObject({ epoch: copied["epoch"], digest: copied["digest"] });
  // Half a checkpoint is never run: the rest of it is applied between these two.
  const kinds = on.records("failover", "group.applied").map(({ kind }) => kind);
  expect(kinds.slice(kinds.indexOf("failover.started"), -1)).toEqual([
    "failover.started",
    "group.applied",
    "failover.loaded",
  ]);
});

test("secondary role: what fails in it is named after the machine, the host and the part", () => {
  const broken = (): never => {
    throw new Error("broken");
  };
  const making = pair({ scheme: idleScheme({ secondary: broken }) });
  expect(() => making.run(us(10))).toThrow(
    expect.objectContaining({ code: "PROCESS_FAILED", processName: "m on b: secondary" }),
  );
  const receiving = { run: broken, settle: broken };
  const running = pair({ scheme: idleScheme({ secondary: () => receiving }) });
  expect(() => running.run(us(10))).toThrow(
    expect.objectContaining({ code: "PROCESS_FAILED", processName: "m on b: reception" }),
  );
});
