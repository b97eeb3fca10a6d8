import { expect, test } from "vitest";
import { ms, us } from "../../src/sim/time.ts";
import { idleScheme, pair } from "./rig.ts";

const onA = { machine: "m", host: "a" };
const START = [
  { kind: "witness.registered", ...onA, term: 1 },
  { kind: "protection.started", ...onA, term: 1, secondary: "b" },
];

test("primary role: as long as both hosts live nothing is said but that protection began", () => {
  const on = pair();
  on.run(ms(40));
  expect(on.life()).toEqual(START);
  expect(on.machine.activeNode).toMatchObject({ role: "primary", term: 1, alone: false });
});

test("primary role: a secondary that dies is asked for at the witness, then it goes on alone", () => {
  const on = pair();
  on.run(ms(20));
  on.b.crash();
  on.run(ms(20));
  expect(on.life()).toEqual([
    ...START,
    { kind: "failure.suspected", ...onA, term: 1, peer: "b", silentNs: ms(5) },
    { kind: "term.requested", ...onA, term: 2 },
    { kind: "witness.granted", ...onA, term: 2 },
    { kind: "protection.lost", ...onA, term: 2, reason: "secondary silent" },
  ]);
  expect(on.machine.activeNode).toMatchObject({ host: on.a, term: 2, alone: true });
});

test("primary role: a secondary that refuses checkpoints is given up, and hears nothing more", () => {
  const run = function* () {
    return "refused" as const;
  };
  const on = pair({ scheme: idleScheme({ primary: () => ({ run }) }) });
  on.run(ms(3));
  expect(on.life()).toEqual([
    ...START,
    { kind: "term.requested", ...onA, term: 2 },
    { kind: "witness.granted", ...onA, term: 2 },
    { kind: "protection.lost", ...onA, term: 2, reason: "checkpoints refused" },
  ]);
  on.run(ms(10));
  expect(on.life().at(-1)).toMatchObject({ kind: "stand-by.abandoned", host: "b" });
});

test("primary role: output that was held leaves when it is sure that nobody else serves", () => {
  const on = pair();
  on.run(ms(20));
  on.b.crash();
  on.request();
  on.network.partition("a", "w");
  on.run(ms(40));
  expect(on.endpoint.inbox.length).toBe(0);
  expect(on.life().at(-1)?.kind).toBe("term.requested");
  expect(on.machine.activeNode).toMatchObject({ alone: false, gate: { heldCount: 1 } });
  on.network.heal("a", "w");
  on.run(ms(30));
  expect(on.endpoint.inbox.length).toBe(1);
  expect(on.records("output").at(-1)).toMatchObject({
    kind: "output.released",
    host: "a",
    protected: false,
  });
});

test("primary role: one that was replaced throws its output away, stops and stays silent", () => {
  const on = pair();
  on.run(ms(20));
  on.network.partition("a", "b", { oneWay: true });
  on.run(us(100));
  on.request();
  on.run(ms(20));
  const [old] = on.machine.nodes;
  expect(on.life().filter(({ host }) => host === "a")).toEqual([
    ...START,
    { kind: "failure.suspected", ...onA, term: 1, peer: "b", silentNs: ms(5) },
    { kind: "term.requested", ...onA, term: 2 },
    { kind: "witness.refused", ...onA, term: 2, held: 2 },
    { kind: "machine.fenced", ...onA, term: 1 },
  ]);
  const ofA = on.records("output").filter(({ host }) => host === "a");
  expect(ofA.map(({ kind, reason }) => [kind, reason])).toEqual([
    ["output.held", undefined],
    ["output.discarded", "fenced"],
  ]);
  expect(old).toMatchObject({ role: "fenced", term: 1, alone: false });
  expect(old?.vm.paused).toBe(true);
  expect(on.machine.activeHost).toBe(on.b);
});

test.each(["checkpoint.paused", "checkpoint.copied"])(
  "primary role: the machine goes on when its secondary dies at %s",
  (step) => {
    const on = pair();
    on.run(ms(20));
    on.when(step, () => {
      // The step lasts longer than it takes to suspect the secondary.
      on.engine.holdRunning();
      on.b.crash();
    });
    on.run(ms(4));
    expect(on.machine.activeNode?.vm.paused).toBe(true);
    on.run(ms(20));
    expect(on.machine.activeNode?.vm.paused).toBe(false);
    on.request();
    on.run(ms(5));
    expect(on.endpoint.inbox.length).toBe(1);
  },
);

test("primary role: alone, the machine runs at full speed again", () => {
  const on = pair();
  const sinceNs = { delivered: 0, made: [] as number[] };
  on.engine.trace.addSink({
    record(atNs, _position, { kind, host }) {
      if (host !== "a") return;
      if (kind === "request.delivered") sinceNs.delivered = atNs;
      if (kind === "output.held" || (kind === "output.released" && sinceNs.made.length > 0)) {
        sinceNs.made.push(atNs - sinceNs.delivered);
      }
    },
  });
  on.run(ms(20) + us(500));
  on.request();
  on.run(us(500));
  on.b.crash();
  on.run(ms(20));
  on.request();
  on.run(ms(5));
  const [protectedNs, aloneNs] = [sinceNs.made[0]!, sinceNs.made.at(-1)!];
  const { guestCallNs, runningPenaltyPpm } = on.a.profile;
  const workNs = aloneNs - guestCallNs;
  expect(protectedNs - guestCallNs).toBe(workNs + Math.floor((workNs * runningPenaltyPpm) / 1e6));
});

test("primary role: what fails in it is named after the machine, the host and the part", () => {
  const broken = (): never => {
    throw new Error("broken");
  };
  const making = pair({ scheme: idleScheme({ primary: broken }) });
  expect(() => making.run(ms(1))).toThrow(
    expect.objectContaining({ code: "PROCESS_FAILED", processName: "m on a: primary" }),
  );
  const running = pair({ scheme: idleScheme({ primary: () => ({ run: broken }) }) });
  expect(() => running.run(ms(1))).toThrow(
    expect.objectContaining({ code: "PROCESS_FAILED", processName: "m on a: replication" }),
  );
});
