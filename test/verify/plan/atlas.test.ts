// covers src/verify/plan/atlas.ts, src/verify/plan/machine-copies.ts, src/verify/plan/disturbances.ts
import { expect, test } from "vitest";
import { ms } from "../../../src/sim/time.ts";
import type { TraceRecord } from "../../../src/sim/trace.ts";
import { Atlas } from "../../../src/verify/plan/atlas.ts";
import type { Fault } from "../../../src/verify/plan/fault.ts";

/** An atlas that is shown a machine m on hosts a and b. */
class Story {
  readonly atlas: Atlas;
  nowNs = 0;
  #position = 0;

  constructor(atlas: Atlas = new Atlas()) {
    this.atlas = atlas;
  }

  tell(...records: TraceRecord[]): this {
    for (const record of records) {
      this.#position += 1;
      this.atlas.record(this.nowNs, this.#position, record);
    }
    return this;
  }

  /** What happens about machine m, on a host, in a term. */
  machine(kind: string, host: string, term = 1, more: Record<string, string | number> = {}): this {
    return this.tell({ kind, machine: "m", host, term, ...more });
  }

  host(kind: string, host: string): this {
    return this.tell({ kind, host });
  }

  objection(fault: Fault): string | undefined {
    return this.atlas.objection(fault, this.nowNs);
  }

  /** Objection to the crash of each host: a, b and the witness. */
  get crashes(): (string | undefined)[] {
    return ["a", "b", "witness"].map((host) =>
      this.objection({ kind: "crash", host, at: { atNs: 0 } }),
    );
  }
}

const at = { atNs: 0 };
const pause = (host: string): Fault => ({ kind: "pause", host, at, forNs: ms(1) });
const cut = (from: string, to: string): Fault => {
  return { kind: "partition", from, to, at, forNs: ms(1) };
};

/** Protection has begun, and b has a whole checkpoint if `epoch` is above 0. */
function protectedPair(epoch = 1): Story {
  const story = new Story()
    .machine("witness.registered", "a")
    .machine("protection.started", "a", 1, { secondary: "b" });
  return epoch > 0 ? story.machine("checkpoint.committed", "b", 1, { epoch, pages: 1 }) : story;
}

const LAST_A = "a has the last copy of m";
const LAST_B = "b has the last copy of m";
const NOBODY = "the witness is off: nobody could decide who goes on with m";

test("atlas: of a protected pair either host may crash, or the witness", () => {
  expect(protectedPair().crashes).toEqual([undefined, undefined, undefined]);
});

test("atlas: before the first whole checkpoint the primary has the only copy", () => {
  expect(new Story().machine("witness.registered", "a").crashes).toEqual([
    LAST_A,
    undefined,
    undefined,
  ]);
  expect(protectedPair(0).crashes).toEqual([
    "a has the only copy of m: b has no whole checkpoint yet",
    undefined,
    undefined,
  ]);
});

test("atlas: a secondary whose replay diverged has no copy until the next checkpoint", () => {
  const refused = "a has the only copy of m: b has no whole checkpoint yet";
  const story = protectedPair().machine("replay.diverged", "b", 1, { position: 9, reason: "time" });
  expect(story.crashes).toEqual([refused, undefined, undefined]);
  story.machine("checkpoint.committed", "b", 1, { epoch: 2, pages: 1 });
  expect(story.crashes).toEqual([undefined, undefined, undefined]);
  story.machine("shadow.paused", "b", 1, { position: 9, errorPosition: 20 });
  expect(story.crashes[0]).toBe(refused);
});

test("atlas: from an error in the output on nobody stands by", () => {
  const story = protectedPair().machine("output.failed", "a", 1, { position: 20 });
  expect(story.crashes).toEqual([
    "a has the only copy of m: b has no whole checkpoint yet",
    undefined,
    undefined,
  ]);
});

test("atlas: a stand-in that has diverged is all there is", () => {
  const story = protectedPair().host("host.crashed", "a");
  story.machine("replay.diverged", "b", 1, { position: 9, reason: "time" });
  expect(story.crashes[1]).toBe(LAST_B);
});

test("atlas: whoever is left of a pair has the last copy, and needs the witness", () => {
  const waiting = "the witness has yet to decide who serves m";
  expect(protectedPair().host("host.crashed", "a").crashes).toEqual([undefined, LAST_B, waiting]);
  expect(protectedPair().host("host.crashed", "b").crashes).toEqual([LAST_A, undefined, waiting]);
  // Started again, a host has no copy, and another crash of it destroys none.
  const story = protectedPair().host("host.crashed", "a").host("host.restarted", "a");
  expect(story.crashes).toEqual([undefined, LAST_B, waiting]);
});

test("atlas: after a failover there is one copy, and nothing for the witness to decide", () => {
  const story = protectedPair().host("host.crashed", "a");
  story.machine("term.requested", "b", 1).machine("witness.granted", "b", 2);
  expect(story.crashes[1]).toBe(LAST_B);
  expect(story.crashes[2]).toBe("the witness has yet to decide who serves m");
  story.machine("failover.started", "b", 2).machine("failover.serving", "b", 2);
  expect(story.crashes).toEqual([undefined, LAST_B, undefined]);
});

test("atlas: a primary that goes on alone has the last copy, whatever its old secondary holds", () => {
  const story = protectedPair().machine("term.requested", "a").machine("witness.granted", "a", 2);
  expect(story.crashes[0]).toBe(LAST_A);
  expect(story.crashes[1]).toBeUndefined();
  // A checkpoint of the old term that still arrives makes no copy any more.
  story.machine("checkpoint.committed", "b", 1, { epoch: 9, pages: 1 });
  expect(story.crashes[0]).toBe(LAST_A);
  story.machine("protection.lost", "a", 2);
  expect(story.crashes).toEqual([LAST_A, undefined, undefined]);
  story.machine("protection.started", "a", 2, { secondary: "c" });
  story.machine("checkpoint.committed", "c", 2, { epoch: 1, pages: 1 });
  expect(story.crashes).toEqual([undefined, undefined, undefined]);
  // Protected again, it depends on the witness again.
  expect(story.host("host.crashed", "witness").crashes[0]).toBe(NOBODY);
});

test("atlas: who has given up holds nothing", () => {
  expect(protectedPair().machine("stand-by.abandoned", "b").crashes[0]).toBe(LAST_A);
});

test("atlas: added late, it believes what it is told", () => {
  const protection = new Story().machine("protection.started", "a", 1, { secondary: "b" });
  expect(protection.crashes[0]).toContain("a has the only copy of m");
  expect(protection.crashes[2]).toBeUndefined();
  expect(new Story().machine("failover.serving", "b", 2).crashes[1]).toBe(LAST_B);
});

test("atlas: a host that has asked to serve may not crash before there is an answer", () => {
  const story = protectedPair().machine("term.requested", "a");
  expect(story.crashes).toEqual([
    "a has asked to serve m alone, and may be the one that is named",
    undefined,
    "the witness has yet to decide who serves m",
  ]);
  const refused = protectedPair()
    .machine("term.requested", "a")
    .machine("term.requested", "b")
    .machine("witness.granted", "b", 2)
    .machine("machine.fenced", "a");
  expect(refused.crashes[0]).toBeUndefined();
  expect(refused.crashes[1]).toBe(LAST_B);
});

test("atlas: a secondary that gave up holds nothing, and the primary still needs the witness", () => {
  expect(protectedPair(0).machine("stand-by.abandoned", "b").crashes).toEqual([
    LAST_A,
    undefined,
    "the witness has yet to decide who serves m",
  ]);
});

test("atlas: while the witness is off nothing may happen to a pair that might need it", () => {
  const story = protectedPair().host("host.crashed", "witness");
  expect(story.crashes).toEqual([NOBODY, NOBODY, undefined]);
  expect(story.objection(pause("a"))).toBe(NOBODY);
  expect(story.objection(pause("b"))).toBe(NOBODY);
  expect(story.objection(cut("b", "a"))).toBe(NOBODY);
  expect(story.objection(cut("a", "witness"))).toBeUndefined();
  expect(story.objection({ kind: "cable", host: "a", at, forNs: ms(1) })).toBeUndefined();
  expect(story.objection({ kind: "restart", host: "a", at })).toBeUndefined();
  story.host("host.restarted", "witness");
  expect(story.crashes).toEqual([undefined, undefined, undefined]);
  expect(story.objection(pause("a"))).toBeUndefined();
});

test("atlas: a machine that runs alone has nothing to fear of a witness that is off", () => {
  const story = protectedPair().machine("protection.lost", "a", 2).host("host.crashed", "witness");
  expect(story.objection(pause("a"))).toBeUndefined();
  expect(story.objection(cut("a", "b"))).toBeUndefined();
  expect(story.crashes).toEqual([LAST_A, undefined, undefined]);
});

test("atlas: faults that pass are fine as long as there is a witness", () => {
  const story = protectedPair().host("host.crashed", "a");
  expect(story.objection(pause("b"))).toBeUndefined();
  expect(story.objection(cut("b", "witness"))).toBeUndefined();
});

test("atlas: the witness may not crash while the pair is disturbed, nor soon afterwards", () => {
  const disturbed = "the hosts of m are disturbed, and may need the witness";
  const link = { from: "a", to: "b" };
  const loss = { fault: 3, what: "loss", ...link, oneWay: false };
  const cases: [TraceRecord, TraceRecord][] = [
    [
      { kind: "host.paused", host: "b" },
      { kind: "host.resumed", host: "b" },
    ],
    [
      { kind: "link.partitioned", ...link },
      { kind: "link.healed", ...link },
    ],
    [
      { kind: "fault.started", ...loss, forNs: ms(1) },
      { kind: "fault.ended", ...loss },
    ],
  ];
  for (const [begin, end] of cases) {
    const story = protectedPair().tell(begin);
    story.nowNs = ms(500);
    expect(story.crashes[2]).toBe(disturbed);
    story.tell(end);
    story.nowNs = ms(700) - 1;
    expect(story.crashes[2]).toBe(disturbed);
    story.nowNs = ms(700);
    expect(story.crashes[2]).toBeUndefined();
  }
});

test("atlas: what lingers disturbs for good, and what is elsewhere does not", () => {
  const clock = { fault: 0, what: "clock", host: "a" };
  const story = protectedPair().tell(
    { kind: "fault.started", ...clock, forNs: ms(1) },
    { kind: "fault.ended", ...clock },
  );
  story.nowNs = ms(5_000);
  expect(story.crashes[2]).toBe("the hosts of m are disturbed, and may need the witness");
  const elsewhere = protectedPair().tell(
    { kind: "host.paused", host: "c" },
    { kind: "link.partitioned", from: "a", to: "witness" },
  );
  expect(elsewhere.crashes[2]).toBeUndefined();
});

test("atlas: a pause is over with the power of the host", () => {
  const story = protectedPair()
    .host("host.paused", "b")
    .tell({ kind: "fault.started", fault: 0, what: "crash", host: "b", forNs: 0 })
    .host("host.crashed", "b")
    .host("host.restarted", "b")
    .machine("protection.lost", "a", 2)
    .machine("protection.started", "a", 2, { secondary: "b" })
    .machine("checkpoint.committed", "b", 2, { epoch: 1, pages: 1 });
  story.nowNs = ms(200);
  expect(story.crashes[2]).toBeUndefined();
});

test("atlas: every machine of a host counts", () => {
  const story = protectedPair();
  const other = { machine: "n", host: "b", term: 1 };
  story.tell({ kind: "witness.registered", ...other });
  expect(story.crashes).toEqual([undefined, "b has the last copy of n", undefined]);
});

test("atlas: a machine that is lost already is nothing to spare", () => {
  const story = protectedPair().host("host.crashed", "a").host("host.crashed", "b");
  expect(story.crashes).toEqual([undefined, undefined, undefined]);
});

test("atlas: what it is not told by the trace it takes from the machines there are", () => {
  const node = (name: string, role: string, complete: boolean, alive = true) => {
    return { host: { name }, role, alive, term: 1, image: { complete } };
  };
  const of = (...nodes: ReturnType<typeof node>[]): Story =>
    new Story(new Atlas({ machines: [{ name: "m", nodes }], witness: "w" }));
  const fresh = of(node("a", "primary", false), node("b", "secondary", false));
  expect(fresh.crashes[0]).toBe("a has the only copy of m: b has no whole checkpoint yet");
  expect(fresh.objection({ kind: "crash", host: "w", at })).toBeUndefined();
  fresh.machine("protection.started", "a", 1, { secondary: "b" });
  fresh.machine("checkpoint.committed", "b", 1, { epoch: 1, pages: 1 });
  expect(fresh.crashes).toEqual([undefined, undefined, undefined]);
  expect(of(node("a", "primary", false), node("b", "secondary", true)).crashes[0]).toBeUndefined();
  expect(of(node("a", "primary", false), node("b", "secondary", true, false)).crashes[0]).toBe(
    LAST_A,
  );
  expect(of(node("a", "fenced", false), node("b", "primary", true)).crashes).toEqual([
    undefined,
    LAST_B,
    undefined,
  ]);
  const running = of(node("a", "primary", false), node("b", "secondary", true));
  running.host("host.crashed", "a");
  expect(running.objection({ kind: "crash", host: "w", at })).toBe(
    "the witness has yet to decide who serves m",
  );
  // An old primary that does not know yet that it was replaced.
  const replaced = { ...node("b", "primary", true), term: 2 };
  expect(of(node("a", "primary", false), replaced).crashes.slice(0, 2)).toEqual([
    undefined,
    LAST_B,
  ]);
  const lost = of(node("a", "primary", false, false), node("b", "abandoned", false));
  expect(lost.crashes).toEqual([undefined, undefined, undefined]);
  const renamed = of(node("a", "primary", false), node("b", "secondary", true));
  renamed.host("host.crashed", "w");
  expect(renamed.crashes[0]).toBe(NOBODY);
});

/** A machine m on hosts a and b, fenced by power, that b has a whole copy of. */
function powerStory(): Story {
  const story = new Story();
  story.machine("fence.installed", "a", 1, { fence: "power", decider: "nobody" });
  for (const on of ["bmc a", "bmc b"]) story.machine("fence.needs", "a", 1, { on });
  story.machine("protection.started", "a", 1, { secondary: "b" });
  return story.machine("checkpoint.committed", "b");
}

test("atlas: a machine that controllers fence needs them, and no witness", () => {
  const crash = (host: string): Fault => ({ kind: "crash", host, at });
  const story = powerStory();
  expect(story.objection(crash("witness"))).toBeUndefined();
  expect(story.objection(crash("bmc a"))).toBeUndefined();
  story.host("host.paused", "a");
  expect(story.objection(crash("bmc a"))).toBe("the hosts of m are disturbed, and may need bmc a");
  story.host("host.resumed", "a");
  story.host("host.crashed", "bmc b");
  expect(story.objection(pause("a"))).toBe("bmc b is off: nobody could decide who goes on with m");
});

test("atlas: whoever has the confirmation that its peer is off has the last copy", () => {
  const story = powerStory();
  story.machine("term.requested", "b", 2).machine("power.confirmed", "b", 2, { peer: "a" });
  expect(story.objection({ kind: "crash", host: "b", at })).toBe("b has the last copy of m");
});

test("atlas: a machine there is already says itself whom it needs", () => {
  const node = { role: "primary", alive: true, term: 1, image: { complete: true } };
  const machine = { name: "m", needs: ["array"], nodes: [{ host: { name: "a" }, ...node }] };
  const story = new Story(new Atlas({ machines: [machine] }));
  story.machine("protection.started", "a", 1, { secondary: "b" });
  story.host("host.paused", "a");
  expect(story.objection({ kind: "crash", host: "witness", at })).toBeUndefined();
  expect(story.objection({ kind: "crash", host: "array", at })).toMatch("may need array");
});
