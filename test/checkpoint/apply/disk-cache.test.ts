// covers src/checkpoint/apply/disk-cache.ts, src/checkpoint/apply/checkpoint-applier.ts
import { describe, expect, test } from "vitest";
import { afterArrival, swapping } from "../../../src/checkpoint/apply/apply.ts";
import {
  DiskCache,
  FLUSH_PAGES_MAX,
  REST_ROOM_PAGES,
} from "../../../src/checkpoint/apply/disk-cache.ts";
import type { EncodedPage } from "../../../src/checkpoint/encode/encoded-page.ts";
import { encodings } from "../../../src/checkpoint/encode/encodings.ts";
import { PageApplier } from "../../../src/checkpoint/encode/page-applier.ts";
import { RUNS, WHOLE } from "../../../src/checkpoint/encode/page-form.ts";
import { encodeNotice } from "../../../src/checkpoint/encode-message.ts";
import { riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import { MemoryDigest } from "../../../src/memory/memory-digest.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import { ms, seconds, us } from "../../../src/sim/time.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";
import { pageMachine } from "../page-machine.ts";
import { COSTS } from "../primary-rig.ts";
import { rig } from "../rig.ts";
import { scripted } from "../scripted-primary.ts";

const { diskWritePageNs } = COSTS;

/** 48 pages of memory, then a disk. */
const MACHINE = pageMachine({ pages: 48, diskPages: 2 * FLUSH_PAGES_MAX });
const DISK = 48;

function setUp() {
  const on = rig({}, { image: MACHINE, profile: COSTS });
  const { engine, b: host, image } = on;
  const { memory } = image.guest;
  const cache = new DiskCache({ engine, host, machine: "m", memory });
  const applier = new PageApplier();
  const whole = (page: number, value: number): EncodedPage => ({
    ...{ page, form: WHOLE },
    payload: new Uint8Array(4096).fill(value),
  });
  return {
    ...{ engine, memory, cache, applier, whole },
    merge: (page: number, value: number) => cache.merge(whole(page, value), applier),
    run: () => engine.spawn("disk writes", host.owner, () => cache.run()),
    spawn: (body: () => Generator<number, void, unknown>) => engine.spawn("test", host.owner, body),
    /** What the disk holds at the beginning of a page. */
    onDisk: (page: number) => memory.page(page)[0],
  };
}

test("disk cache: only pages of a disk go through it", () => {
  const { cache } = setUp();
  expect([cache.has(0), cache.has(DISK - 1), cache.has(DISK), cache.has(DISK + 7)]).toEqual([
    ...[false, false, true, true],
  ]);
  expect(cache.has(DISK + 2 * FLUSH_PAGES_MAX)).toBe(false);
});

test("disk cache: a page counts at once and comes to the disk later, at the disk's speed", () => {
  const on = setUp();
  on.run();
  on.merge(DISK, 7);
  on.merge(DISK + 1, 8);
  expect([on.cache.page(DISK)[0], on.onDisk(DISK)]).toEqual([7, 0]);
  on.engine.run({ until: diskWritePageNs });
  expect([on.onDisk(DISK), on.onDisk(DISK + 1), on.cache.pages.size]).toEqual([7, 0, 1]);
  on.engine.run({ until: 2 * diskWritePageNs });
  expect([on.onDisk(DISK + 1), on.cache.pages.size, on.cache.writtenCount]).toEqual([8, 0, 2]);
  expect(on.cache.page(DISK)[0]).toBe(7);
});

test("disk cache: of a page that comes again before it is written only the newest is", () => {
  const on = setUp();
  on.merge(DISK, 7);
  on.merge(DISK, 8);
  on.run();
  on.engine.run({ until: ms(1) });
  expect([on.onDisk(DISK), on.cache.writtenCount]).toEqual([8, 1]);
});

test("disk cache: contents that come while older ones are on their way are written after them", () => {
  const on = setUp();
  on.run();
  on.merge(DISK, 7);
  on.engine.run({ until: diskWritePageNs - 1 });
  on.merge(DISK, 8);
  on.engine.run({ until: diskWritePageNs });
  expect([on.onDisk(DISK), on.cache.page(DISK)[0], on.cache.pages.size]).toEqual([7, 8, 1]);
  on.engine.run({ until: 2 * diskWritePageNs });
  expect([on.onDisk(DISK), on.cache.pages.size]).toEqual([8, 0]);
});

test("disk cache: a difference is from the newest contents, on the disk or not", () => {
  const on = setUp();
  on.merge(DISK, 7);
  on.cache.merge({ page: DISK, form: RUNS, payload: new Uint8Array([1, 1, 5]) }, on.applier);
  expect([...on.cache.page(DISK).subarray(0, 3)]).toEqual([7, 5, 7]);
  on.run();
  on.engine.run({ until: ms(1) });
  on.cache.merge({ page: DISK, form: RUNS, payload: new Uint8Array([2, 1, 6]) }, on.applier);
  expect([...on.cache.page(DISK).subarray(0, 4)]).toEqual([7, 5, 6, 7]);
});

test("disk cache: who needs more room than there is waits until so much is written", () => {
  const on = setUp();
  for (let page = 0; page < FLUSH_PAGES_MAX; page += 1) on.merge(DISK + page, 1);
  expect(on.cache.roomPages).toBe(0);
  on.run();
  on.spawn(function* () {
    yield* on.cache.room(3);
  });
  const waits: number[] = [];
  on.spawn(function* () {
    yield* on.cache.room(15);
    waits.push(on.engine.now);
    yield* on.cache.room(15);
    waits.push(on.engine.now);
  });
  on.engine.run({ until: ms(1) });
  expect(waits).toEqual([15 * diskWritePageNs, 15 * diskWritePageNs]);
});

test("disk cache: flushing ends when everything is on the disk", () => {
  const on = setUp();
  for (let page = 0; page < 5; page += 1) on.merge(DISK + page, 1 + page);
  let endNs = 0;
  on.spawn(function* () {
    yield* on.cache.flush();
    endNs = on.engine.now;
  });
  on.engine.run({ until: ms(1) });
  expect(endNs).toBe(5 * diskWritePageNs);
  expect([0, 1, 2, 3, 4].map((page) => on.onDisk(DISK + page))).toEqual([1, 2, 3, 4, 5]);
});

const PARTS = { image: MACHINE, profile: { ...COSTS, diskWritePageNs: 400_000 } };
const FIRST = [{ 40: 7, [DISK]: 7 }, { [DISK + 1]: 7 }];
const SECOND = [
  { 40: 8, [DISK]: 8 },
  { [DISK]: 9, [DISK + 2]: 8 },
];
const PAGES = [40, DISK, DISK + 1, DISK + 2];

describe.each([
  ["after arrival", afterArrival({ diskCache: true })],
  ["by swapping", swapping({ diskCache: true })],
])("applied %s", (_, apply) => {
  test("the disk sees nothing of a checkpoint before it is committed, and all of it later", () => {
    const on = scripted({ apply }, PARTS);
    const [first, second] = [on.checkpoint(1, FIRST), on.checkpoint(2, SECOND)];
    on.send([...first.groups, first.commit]);
    on.engine.run({ until: ms(20) });
    expect(on.contents(...PAGES)).toEqual([7, 7, 7, 0]);
    on.send(second.groups);
    expect(on.contents(...PAGES).slice(1)).toEqual([7, 7, 0]);
    on.send([second.commit]);
    on.engine.run({ until: ms(40) });
    expect(on.contents(...PAGES)).toEqual([8, 9, 7, 8]);
  });

  test("what is said of memory when a checkpoint is applied counts what the disk does not have yet", () => {
    const on = scripted({ apply }, PARTS);
    const { groups: sent, commit } = on.checkpoint(1, FIRST);
    on.engine.spawn("sender", on.a.owner, function* () {
      for (const message of [...sent, commit]) yield* on.streams.a.send(message);
    });
    while (on.kinds().at(-1) !== "checkpoint.applied") on.engine.step();
    expect(on.contents(...PAGES)).toEqual([7, 0, 0, 0]);
    const told = on.records().find(({ kind }) => kind === "checkpoint.applied")?.["digest"];
    on.engine.run({ until: ms(20) });
    expect(on.contents(...PAGES)).toEqual([7, 7, 7, 0]);
    expect(told).toContain(new MemoryDigest(on.memory).digest());
  });

  test("settling leaves exactly the last committed checkpoint, killed at whatever step", () => {
    const encoding = encodings.runLengthXor();
    const seen = new Set<string>();
    for (let events = 0; ; events += 1) {
      const on = scripted({ apply, encode: encoding }, PARTS);
      const encoder = encoding.createEncoder();
      encoder.beginEpoch(1);
      const first = on.checkpoint(1, FIRST, { encoder });
      encoder.beginEpoch(2);
      const second = on.checkpoint(2, SECOND, { encoder });
      on.engine.spawn("sender", on.a.owner, function* () {
        const messages = [...first.groups, first.commit, ...second.groups, second.commit];
        for (const message of messages) yield* on.streams.a.send(message);
      });
      on.engine.run({ maxEvents: events });
      if (!on.image.complete) continue;
      const isFlushed = on.image.epoch === 2 && on.image.cached?.size === 0;
      on.settle();
      seen.add(`epoch ${on.image.epoch}`);
      if (on.kinds().at(-1) === "disk.flushed") seen.add("flushed");
      const expected = on.image.epoch === 1 ? [7, 7, 7, 0] : [8, 9, 7, 8];
      expect(on.contents(...PAGES), `killed after ${events} events`).toEqual(expected);
      expect(on.image.cached?.size).toBe(0);
      if (isFlushed && on.engine.now > ms(20)) break;
    }
    expect([...seen].sort()).toEqual(["epoch 1", "epoch 2", "flushed"]);
  });
});

test("disk cache: a machine with a disk keeps every promise, whenever the primary dies", () => {
  for (const [seed, crashAtMs] of [60, 133, 207].entries()) {
    const apply = seed === 1 ? afterArrival({ diskCache: true }) : swapping({ diskCache: true });
    const simulation = new Simulation({ seed, onViolation: "record" });
    const { a, b } = simulation.hosts(["a", "b"], { latency: us(50) });
    const machine = simulation.protect(riscvJournal({ diskLatencyTicks: 20_000 }), {
      ...{ primary: a, secondary: b },
      scheme: checkpoint({ interval: ms(10), apply }),
    });
    const client = simulation.client(machine, { requests: 30, think: ms(4) });
    simulation.at(ms(crashAtMs), () => a.crash());
    simulation.run({ until: seconds(1) });
    expect(simulation.violations).toEqual([]);
    expect([machine.activeHost, client.acknowledged, client.lost]).toEqual([b, 30, []]);
  }
});

test("disk cache: more pages than it holds are committed, with waiting, and settled without", () => {
  const profile = { ...COSTS, diskWritePageNs: 2_000 };
  const fills = Array.from({ length: Math.ceil((FLUSH_PAGES_MAX + 2_000) / 15) }, (_, group) =>
    Object.fromEntries(
      Array.from({ length: 15 }, (__, index) => [DISK + 15 * group + index, 1 + (group % 250)]),
    ),
  );
  const check = (on: ReturnType<typeof scripted>): void => {
    for (const [page, value] of fills.flatMap((fill) => Object.entries(fill))) {
      if (on.memory.page(Number(page))[0] !== value) throw new Error(`page ${page} differs`);
    }
  };
  const at = (kind: string) => {
    const on = scripted({ apply: afterArrival({ diskCache: true }) }, { image: MACHINE, profile });
    const { groups: sent, commit } = on.checkpoint(1, fills);
    const prepare = encodeNotice({ type: "prepare", term: 1, epoch: 2 });
    on.engine.spawn("sender", on.a.owner, function* () {
      for (const message of [...sent, commit, prepare]) yield* on.streams.a.send(message);
    });
    while (on.kinds().at(-1) !== kind) on.engine.step();
    return on;
  };
  const on = at("ready.sent");
  expect(on.image.disk?.roomPages).toBeGreaterThanOrEqual(REST_ROOM_PAGES);
  expect(on.image.cached?.size).toBeGreaterThan(0);
  on.engine.run({ until: on.engine.now + ms(20) });
  check(on);
  const killed = at("checkpoint.committed");
  killed.settle();
  expect(killed.image).toMatchObject({ unappliedCount: 0, epoch: 1 });
  expect(killed.image.cached?.size).toBe(0);
  check(killed);
});
