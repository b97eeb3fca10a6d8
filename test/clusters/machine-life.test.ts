import { expect, test } from "vitest";
import { MachineLives } from "../../src/clusters/machine-life.ts";
import type { StandinRecord } from "../../src/verify/standin-record.ts";

type Told = readonly [atNs: number, record: Record<string, string | number>];

const of = (kind: string, host: string, term: number, more = {}): Told[1] => ({
  ...{ kind, machine: "m", host, term },
  ...more,
});
const acknowledged = (host: string, term: number) => of("checkpoint.acknowledged", host, term);
const started = (host: string, secondary: string, term: number) =>
  of("protection.started", host, term, { secondary });

/** Machine m runs on a, with its second copy on b from time 10. */
const BEGUN: readonly Told[] = [
  [0, of("witness.registered", "a", 1)],
  [0, started("a", "b", 1)],
  [10, acknowledged("a", 1)],
];

/** What the lives say of machine m after these records, at time 1,000. */
function lived(...told: readonly Told[]) {
  const lives = new MachineLives();
  for (const [position, [atNs, record]] of [...BEGUN, ...told].entries()) {
    lives.record(atNs, position, record as StandinRecord);
  }
  lives.end(1_000);
  const life = lives.lives[0]!;
  return {
    life,
    changes: life.changes.map(({ atNs, state }) => `${atNs} ${state}`),
    counts: [life.failovers, life.handovers],
    failoverNs: life.failoverNs,
    reprotectionNs: life.reprotectionNs,
    quietNs: life.quietAloneNs,
  };
}

test("machine life: alone until its first copy is committed, which makes up for no loss", () => {
  const { life, changes, reprotectionNs, quietNs } = lived([20, acknowledged("a", 1)]);
  expect(changes).toEqual(["0 alone", "10 whole"]);
  expect([reprotectionNs, quietNs]).toEqual([[], 10]);
  expect(life.spent(["alone"], 1_000)).toEqual({ totalNs: 10, longestNs: 10 });
  expect(life.spent(["whole"], 1_000)).toEqual({ totalNs: 990, longestNs: 990 });
  expect(life.spent(["down"], 1_000)).toEqual({ totalNs: 0, longestNs: 0 });
});

test("machine life: the host that serves dies, another one serves, and a third gets a copy", () => {
  const { life, changes, counts, failoverNs, reprotectionNs, quietNs } = lived(
    [100, { kind: "host.crashed", host: "a" }],
    [180, of("failover.serving", "b", 2, { from: "a" })],
    [300, started("b", "c", 2)],
    [350, acknowledged("b", 2)],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "100 down", "180 alone", "350 whole"]);
  expect({ counts, failoverNs, reprotectionNs }).toEqual({
    ...{ counts: [1, 0], failoverNs: [80], reprotectionNs: [250] },
  });
  expect(quietNs).toBe(250);
  expect(life.spent(["alone", "down"], 1_000)).toEqual({ totalNs: 260, longestNs: 250 });
  expect(life.spent(["down"], 1_000)).toEqual({ totalNs: 80, longestNs: 80 });
});

test("machine life: the second copy's host dies, and what it had acknowledged before arrives late", () => {
  const { changes, counts, reprotectionNs } = lived(
    [100, { kind: "host.crashed", host: "b" }],
    [101, acknowledged("a", 1)],
    [200, of("protection.lost", "a", 2, { reason: "secondary lost" })],
    [210, acknowledged("a", 1)],
    [300, started("a", "c", 2)],
    // Of the term before: it tells of no copy in this one.
    [310, acknowledged("a", 1)],
    [400, acknowledged("a", 2)],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "100 alone", "400 whole"]);
  expect([counts, reprotectionNs]).toEqual([[0, 0], [300]]);
});

test("machine life: dismissed, it is alone from then on", () => {
  const { changes, reprotectionNs, quietNs } = lived(
    [100, of("protection.lost", "a", 2, { reason: "secondary dismissed" })],
    [150, started("a", "c", 2)],
    [175, acknowledged("a", 2)],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "100 alone", "175 whole"]);
  expect([reprotectionNs, quietNs]).toEqual([[75], 75]);
});

test("machine life: handed over, it stands still for a moment and is no failover", () => {
  const { changes, counts, failoverNs, reprotectionNs } = lived(
    [100, of("handover.started", "a", 1, { secondary: "b" })],
    [103, of("handover.ready", "a", 1, { secondary: "b" })],
    [104, of("handover.received", "b", 2)],
    [108, of("failover.serving", "b", 2, { from: "a" })],
    [200, started("b", "c", 2)],
    [260, acknowledged("b", 2)],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "103 down", "108 alone", "260 whole"]);
  expect([counts, failoverNs, reprotectionNs]).toEqual([[0, 1], [], [152]]);
});

test("machine life: whoever hands over dies meanwhile: both a handover and a failover", () => {
  const { counts, failoverNs } = lived(
    [103, of("handover.ready", "a", 1, { secondary: "b" })],
    [104, of("handover.received", "b", 2)],
    [105, { kind: "host.crashed", host: "a" }],
    [108, of("failover.serving", "b", 2, { from: "a" })],
    [200, { kind: "host.crashed", host: "b" }],
  );
  expect([counts, failoverNs]).toEqual([[1, 1], [3]]);
});

test("machine life: handed over to nobody, it goes on alone", () => {
  const { changes, counts } = lived(
    [103, of("handover.ready", "a", 1, { secondary: "b" })],
    [104, { kind: "host.crashed", host: "b" }],
    [150, of("protection.lost", "a", 2, { reason: "secondary lost" })],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "103 down", "150 alone"]);
  expect(counts).toEqual([0, 0]);
});

test("machine life: a host that keeps still and goes on has lost nothing", () => {
  const { changes, counts, reprotectionNs, quietNs } = lived(
    [100, { kind: "host.paused", host: "a" }],
    [150, { kind: "host.resumed", host: "a" }],
    [160, acknowledged("a", 1)],
    // Dismissed long after: alone since then, and not since the pause.
    [900, of("protection.lost", "a", 2, { reason: "secondary dismissed" })],
    [910, started("a", "c", 2)],
    [930, acknowledged("a", 2)],
  );
  expect(changes).toEqual([
    ...["0 alone", "10 whole", "100 down", "150 whole", "900 alone", "930 whole"],
  ]);
  expect([counts, reprotectionNs, quietNs]).toEqual([[0, 0], [30], 30]);
});

test("machine life: the second copy's host keeps still, which nobody who is served notices", () => {
  const { changes, reprotectionNs, quietNs } = lived(
    [100, { kind: "host.paused", host: "b" }],
    [150, { kind: "host.resumed", host: "b" }],
    [900, of("protection.lost", "a", 2, { reason: "secondary dismissed" })],
    [910, started("a", "c", 2)],
    [930, acknowledged("a", 2)],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "900 alone", "930 whole"]);
  expect([reprotectionNs, quietNs]).toEqual([[30], 30]);
});

test("machine life: a host that keeps still for too long is stood in for; that it goes on changes nothing", () => {
  const { changes, counts, failoverNs } = lived(
    [100, { kind: "host.paused", host: "a" }],
    [190, of("failover.serving", "b", 2, { from: "a" })],
    [200, { kind: "host.resumed", host: "a" }],
    [205, acknowledged("a", 1)],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "100 down", "190 alone"]);
  expect([counts, failoverNs]).toEqual([[1, 0], [90]]);
});

test("machine life: a host that keeps still dies: down since it kept still, a copy lost since it died", () => {
  const { changes, failoverNs, reprotectionNs } = lived(
    [100, { kind: "host.paused", host: "a" }],
    [120, { kind: "host.crashed", host: "a" }],
    // Another incarnation of it is paused and resumed, which is nothing to the machine.
    [130, { kind: "host.paused", host: "a" }],
    [140, { kind: "host.resumed", host: "a" }],
    [190, of("failover.serving", "b", 2, { from: "a" })],
    [200, started("b", "c", 2)],
    [220, acknowledged("b", 2)],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "100 down", "190 alone", "220 whole"]);
  expect([failoverNs, reprotectionNs]).toEqual([[90], [100]]);
});

test("machine life: while its host keeps still the second copy's dies: alone when it goes on", () => {
  const { changes } = lived(
    [100, { kind: "host.paused", host: "a" }],
    [120, { kind: "host.crashed", host: "b" }],
    [150, { kind: "host.resumed", host: "a" }],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "100 down", "150 alone"]);
});

test("machine life: suspected wrongly: a failover without a death, nobody knows how long it took", () => {
  const { changes, counts, failoverNs } = lived([
    150,
    of("failover.serving", "b", 2, { from: "a" }),
  ]);
  expect(changes).toEqual(["0 alone", "10 whole", "150 alone"]);
  expect([counts, failoverNs]).toEqual([[1, 0], []]);
});

test("machine life: both copies are lost: down for good, whatever hosts do then", () => {
  const { life, changes } = lived(
    [100, { kind: "host.crashed", host: "b" }],
    [150, { kind: "host.crashed", host: "a" }],
    [200, { kind: "host.restarted", host: "a" }],
  );
  expect(changes).toEqual(["0 alone", "10 whole", "100 alone", "150 down"]);
  expect(life.spent(["down"], 1_000)).toEqual({ totalNs: 850, longestNs: 850 });
});

test("machine life: alone in quiet: counted to the end, and from the last failure of any host", () => {
  const dismissed: Told = [100, of("protection.lost", "a", 2, { reason: "secondary dismissed" })];
  expect(lived(dismissed).quietNs).toBe(900);
  expect(lived(dismissed, [800, { kind: "host.crashed", host: "z" }]).quietNs).toBe(700);
  expect(lived(dismissed, [400, { kind: "host.crashed", host: "z" }]).quietNs).toBe(600);
  // One that never gets its first copy is waiting as well.
  const lives = new MachineLives();
  lives.record(5, 0, of("witness.registered", "a", 1) as StandinRecord);
  lives.end(1_000);
  expect(lives.lives[0]?.quietAloneNs).toBe(995);
});

test("machine life: records of other machines, and of machines that nobody has registered, are left", () => {
  const other = { ...of("failover.serving", "b", 2), machine: "n" };
  expect(lived([150, other], [160, { kind: "host.crashed", host: "z" }]).changes).toEqual([
    ...["0 alone", "10 whole"],
  ]);
});
