// covers src/checkpoint/apply/swapper.ts, src/checkpoint/apply/apply.ts
import { describe, expect, test } from "vitest";
import { announcer } from "../../../src/checkpoint/announcer.ts";
import { type SwapDefects, swapping } from "../../../src/checkpoint/apply/apply.ts";
import { Swapper } from "../../../src/checkpoint/apply/swapper.ts";
import type { EncodedPage } from "../../../src/checkpoint/encode/encoded-page.ts";
import { encodings } from "../../../src/checkpoint/encode/encodings.ts";
import { WHOLE } from "../../../src/checkpoint/encode/page-form.ts";
import { Staging } from "../../../src/checkpoint/staging.ts";
import { groups, packets } from "../../../src/checkpoint/transfer/transfer.ts";
import { ms } from "../../../src/sim/time.ts";
import { pageMachine } from "../page-machine.ts";
import { COSTS } from "../primary-rig.ts";
import { rig } from "../rig.ts";
import { damaged, type Fill, scripted } from "../scripted-primary.ts";

const FIRST = [{ 40: 7, 41: 7 }, { 42: 7 }, { 43: 7 }];
/** A page that comes twice, one that falls to zero, one that does not change, one that is new. */
const SECOND = [{ 40: 8, 41: 0 }, { 40: 9, 43: 7 }, { 44: 8 }];

const SWAPPING = { apply: swapping() };
const lanes = (count: number) => ({
  apply: swapping(),
  transfer: groups({ inFlight: count, streams: count }),
});

const PAGES = [40, 41, 42, 43, 44];
const AFTER_FIRST = [7, 7, 7, 7, 0];
const AFTER_SECOND = [9, 0, 7, 7, 8];

test("swapper: groups are in memory before the commit record, and nothing is left to apply", () => {
  const on = scripted(SWAPPING);
  const { groups: sent, commit } = on.checkpoint(1, FIRST);
  on.send([sent[0]!]);
  expect(on.contents(...PAGES)).toEqual([7, 7, 0, 0, 0]);
  on.send([sent[1]!, sent[2]!, commit]);
  expect(on.kinds()).toEqual([
    ...["group.staged", "group.swapped", "group.staged", "group.swapped"],
    ...["group.staged", "group.swapped"],
    ...["checkpoint.committed", "acknowledgement.sent", "checkpoint.applied"],
  ]);
  expect(on.contents(...PAGES)).toEqual(AFTER_FIRST);
});

test("swapper: a checkpoint that is refused leaves the one before, and can be sent again", () => {
  const on = scripted(SWAPPING);
  const [first, second] = [on.checkpoint(1, FIRST), on.checkpoint(2, SECOND)];
  on.send([...first.groups, first.commit, second.groups[0]!, second.groups[1]!]);
  expect(on.contents(40, 41, 43)).toEqual([9, 0, 7]);
  on.send([second.commit]);
  expect(on.types()).toEqual(["acknowledge", "reject"]);
  expect(on.contents(...PAGES)).toEqual(AFTER_FIRST);
  on.send([...second.groups, second.commit]);
  expect(on.contents(...PAGES)).toEqual(AFTER_SECOND);
});

test("swapper: a new attempt begins with what was committed", () => {
  const on = scripted(SWAPPING);
  const [first, second] = [on.checkpoint(1, FIRST), on.checkpoint(2, SECOND)];
  on.send([...first.groups, first.commit, ...second.groups, second.groups[0]!]);
  expect(on.contents(...PAGES)).toEqual([8, 0, 7, 7, 0]);
  expect(on.records().find(({ kind }) => kind === "swap.undone")).toMatchObject({
    ...{ epoch: 2, host: "b", machine: "m", term: 1 },
    pages: 4,
  });
});

test("swapper: settling leaves exactly the last committed checkpoint, killed at whatever step", () => {
  const encoding = encodings.wordDifference();
  const script = (encoder = encoding.createEncoder()) => {
    const on = scripted({ ...SWAPPING, encode: encoding });
    encoder.beginEpoch(1);
    const first = on.checkpoint(1, FIRST, { encoder });
    encoder.beginEpoch(2);
    const second = on.checkpoint(2, SECOND, { encoder });
    on.engine.spawn("sender", on.a.owner, function* () {
      const damage = damaged(second.groups[2]!);
      const messages = [
        ...[...first.groups, first.commit, ...second.groups.slice(0, 2), damage, second.commit],
        ...[...second.groups, second.commit],
      ];
      for (const message of messages) yield* on.streams.a.send(message);
    });
    return on;
  };
  const seen = new Set<number>();
  let events = 0;
  for (; ; events += 1) {
    const on = script();
    on.engine.run({ maxEvents: events });
    const isOver = on.engine.now > ms(5);
    if (!on.image.complete) {
      if (isOver) break;
      continue;
    }
    on.settle();
    seen.add(on.image.epoch);
    const expected = on.image.epoch === 1 ? AFTER_FIRST : AFTER_SECOND;
    expect(on.contents(...PAGES), `killed after ${events} events`).toEqual(expected);
    if (on.kinds().filter((kind) => kind === "checkpoint.applied").length === 2) break;
  }
  expect([...seen]).toEqual([1, 2]);
  expect(events).toBeGreaterThan(50);
});

test("swapper: in any order, a group waits for those before it", () => {
  const on = scripted(lanes(2));
  const { groups: sent, commit } = on.checkpoint(1, SECOND);
  on.send([sent[1]!, sent[2]!], 1);
  expect(on.contents(...PAGES)).toEqual([0, 0, 0, 0, 0]);
  on.send([sent[0]!]);
  expect(on.contents(...PAGES)).toEqual([9, 0, 0, 7, 8]);
  on.send([commit]);
  expect(on.types()).toEqual(["acknowledge"]);
  expect(on.contents(...PAGES)).toEqual([9, 0, 0, 7, 8]);
});

test("swapper: of a checkpoint with contents, groups from a wrong one on are swapped back", () => {
  const on = scripted({ apply: swapping(), transfer: packets() });
  const { groups: sent, contents, commit } = on.checkpoint(1, FIRST);
  const other = on.checkpoint(1, SECOND);
  on.send([sent[0]!, other.groups[1]!, sent[2]!, contents, commit]);
  expect(on.answers).toEqual([{ type: "missing", term: 1, epoch: 1, groups: [1] }]);
  expect(on.contents(...PAGES)).toEqual([7, 7, 0, 0, 0]);
  on.send([sent[1]!, commit]);
  expect(on.types()).toEqual(["missing", "acknowledge"]);
  expect(on.contents(...PAGES)).toEqual(AFTER_FIRST);
});

test("swapper: groups of a checkpoint that is committed already do nothing to memory", () => {
  const on = scripted(SWAPPING);
  const [first, second] = [on.checkpoint(1, FIRST), on.checkpoint(2, SECOND)];
  on.send([...first.groups, first.commit, ...second.groups, second.commit]);
  on.send([...first.groups]);
  expect(on.contents(...PAGES)).toEqual(AFTER_SECOND);
  on.send([first.commit]);
  expect(on.types()).toEqual(["acknowledge", "acknowledge", "acknowledge"]);
});

test("swapper: pages that memory does not have yet wait for the commit point", () => {
  const on = scripted(SWAPPING, { image: pageMachine({ pages: 48, roomPages: 56 }) });
  const pages = on.memory.regions[0]!.pageCount;
  const base = on.memory.regions[0]!.basePage;
  const beyond = base + pages;
  const made = on.checkpoint(1, [{ [beyond]: 5, 40: 7 }, { [beyond]: 6 }], {
    regionPages: pages + 1,
  });
  on.send(made.groups);
  expect(on.contents(40)).toEqual([7]);
  on.send([made.commit]);
  expect(on.types()).toEqual(["acknowledge"]);
  expect(on.contents(40, beyond)).toEqual([7, 6]);
  const outside = on.checkpoint(2, [{ 40: 8, [0xffff_fff0]: 1 }]);
  on.send([...outside.groups, outside.commit]);
  expect(on.types()).toEqual(["acknowledge", "reject"]);
  expect(on.contents(40, beyond)).toEqual([7, 6]);
});

test("swapper: of an attempt that is given up, no page waits for the commit point", () => {
  const on = scripted(SWAPPING, { image: pageMachine({ pages: 48, roomPages: 56 }) });
  const beyond = on.memory.regions[0]!.basePage + 48;
  const regionPages = 49;
  const first = on.checkpoint(1, [{ [beyond]: 5 }], { regionPages });
  const again = on.checkpoint(1, [{ 40: 7 }], { regionPages });
  on.send([...first.groups, ...again.groups, again.commit]);
  expect(on.types()).toEqual(["acknowledge"]);
  expect(on.contents(40, beyond)).toEqual([7, 0]);
});

test("swapper: reserved memory is used again by the next checkpoint", () => {
  const { engine, image, b: host } = rig();
  const announce = announcer({ engine, machine: "m", host });
  const swapper = new Swapper({ host, image, announce, broken: {} });
  engine.spawn("swapper", host.owner, function* () {
    for (let epoch = 1; epoch <= 40; epoch += 1) {
      const pages = [1, 2, 3, 4].map(
        (page): EncodedPage => ({
          ...{ page, form: WHOLE },
          payload: new Uint8Array(4096).fill(epoch),
        }),
      );
      const staging = new Staging();
      staging.add({ type: "group", term: 1, epoch, group: 0, pages, check: 1 });
      yield* swapper.follow(staging);
      expect(swapper.groupCount).toBe(1);
      expect(swapper.keep(staging.takeGroups())).toEqual([]);
      expect(swapper.groupCount).toBe(0);
    }
  });
  engine.run();
  expect(swapper.residentBytes).toBe(64 * 4096);
});

test("swapper: each page costs a swap, and a difference its patch besides", () => {
  const encoding = encodings.wordDifference();
  const encoder = encoding.createEncoder();
  const on = scripted({ ...SWAPPING, encode: encoding }, { profile: COSTS });
  encoder.beginEpoch(1);
  const first = on.checkpoint(1, FIRST, { encoder });
  encoder.beginEpoch(2);
  const second = on.checkpoint(2, [{ 40: 8, 41: 8 }], { encoder });
  const tookNs = (messages: readonly Uint8Array[]): number => {
    on.send(messages);
    return on.lastNs("group.swapped") - on.lastNs("group.staged");
  };
  expect(tookNs([first.groups[0]!])).toBe(2 * COSTS.swapPageNs);
  on.send([...first.groups.slice(1), first.commit]);
  expect(tookNs(second.groups)).toBe(2 * (COSTS.swapPageNs + COSTS.patchPageNs));
  const beforeNs = on.engine.now;
  on.settle();
  expect(on.lastNs("swap.undone") - beforeNs).toBe(2 * COSTS.swapPageNs);
});

test("swapper: the secondary still finds out which pages change little", () => {
  const on = scripted({ ...SWAPPING, encode: encodings.feedback({ thresholdIntervals: 1 }) });
  for (let epoch = 1; epoch <= 3; epoch += 1) {
    const { groups: sent, commit } = on.checkpoint(epoch, [{ 40: epoch }]);
    on.send([...sent, commit]);
  }
  const told = on.answers.map((answer) => answer.type === "acknowledge" && answer.feedback?.listed);
  expect(told).toEqual([undefined, [40], undefined]);
});

describe("broken on purpose", () => {
  const broken = (defects: SwapDefects, streams = 1) =>
    scripted({
      apply: swapping({ broken: defects }),
      transfer: groups({ inFlight: streams, streams }),
    });

  test.each([{ noUndo: true }, { undoTwice: true }])(
    "with %o, what came of it stays",
    (defects) => {
      const on = broken(defects);
      const [first, second] = [on.checkpoint(1, FIRST), on.checkpoint(2, SECOND)];
      on.send([...first.groups, first.commit, ...second.groups]);
      on.settle();
      expect(on.image.epoch).toBe(1);
      expect(on.contents(...PAGES)).toEqual(AFTER_SECOND);
    },
  );

  test("with groups in any order, a page that came twice is the older one", () => {
    const on = broken({ anyOrder: true }, 2);
    const { groups: sent, commit } = on.checkpoint(1, SECOND);
    on.send([sent[1]!, sent[2]!], 1);
    on.send([sent[0]!, commit]);
    expect(on.types()).toEqual(["acknowledge"]);
    expect(on.contents(40)).toEqual([8]);
  });

  test("with groups of any epoch, what is left of one comes into the next", () => {
    const late: readonly Fill[] = [{ 40: 1 }, { 41: 1 }, { 42: 1 }];
    const next: readonly Fill[] = [{ 42: 2 }];
    const end = (defects: SwapDefects): number[] => {
      const on = broken(defects);
      const [first, second] = [on.checkpoint(1, late), on.checkpoint(2, next)];
      // sent again, because of two refusals, when it is committed already
      on.send([...first.groups, first.commit, ...first.groups, first.commit]);
      on.send([...second.groups, second.commit]);
      expect(on.image.epoch).toBe(2);
      return on.contents(40, 41, 42);
    };
    expect(end({})).toEqual([1, 1, 2]);
    expect(end({ anyEpoch: true })).toEqual([1, 1, 1]);
  });
});
