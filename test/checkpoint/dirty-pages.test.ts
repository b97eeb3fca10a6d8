// covers src/checkpoint/dirty-pages.ts, src/checkpoint/trigger/dirty-pages.ts
import { expect, test } from "vitest";
import type { Capture } from "../../src/checkpoint/capture/capture.ts";
import { captures } from "../../src/checkpoint/capture/captures.ts";
import { DirtyPages } from "../../src/checkpoint/dirty-pages.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import { dirtyPages } from "../../src/checkpoint/trigger/dirty-pages.ts";
import { triggers } from "../../src/checkpoint/trigger/triggers.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { checkpoint } from "../../src/schemes/checkpoint.ts";
import { ms, us } from "../../src/sim/time.ts";
import { pageMachine } from "./page-machine.ts";
import { COSTS, pageRig } from "./primary-rig.ts";
import { rig } from "./rig.ts";

/** Dirty pages of a machine of 64 pages, of which the first four were written. */
function dirty(options: CheckpointOptions) {
  const on = rig(options, { image: pageMachine(), profile: COSTS });
  const { memory } = on.running.vm.guest;
  const pages = new DirtyPages(on.primary, on.settings);
  pages.start();
  for (const page of [0, 1, 2, 3]) memory.store8(page * PAGE_SIZE, 1);
  return {
    ...on,
    memory,
    pages,
    /** Collects, and returns how long it took. */
    collectNs(into?: PageSet): number {
      const fromNs = on.engine.now;
      let endNs = Number.NaN;
      on.engine.spawn("collect", on.a.owner, function* () {
        yield* pages.collect(into);
        endNs = on.engine.now;
      });
      on.engine.run({ until: fromNs + ms(1) });
      return endNs - fromNs;
    },
  };
}

const { tlbInvalidateNs, collectPageNs, clearPageNs, comparePageNs } = COSTS;

test.each([
  [{ track: "slat" } as const, 64 * collectPageNs + 4 * clearPageNs],
  [{ track: "slat", scanWorkers: 4 } as const, 16 * collectPageNs + 4 * clearPageNs],
  [{ track: "write-protection" } as const, collectPageNs + 4 * clearPageNs],
  [{ track: "dirty-ring" } as const, 4 * collectPageNs + 4 * clearPageNs],
  [{ track: "shadow" } as const, 4 * comparePageNs + 4 * clearPageNs],
])(
  "dirty pages: collecting with %o costs what was looked at and what was found",
  (options, costNs) => {
    const on = dirty(options);
    expect(on.collectNs()).toBe(tlbInvalidateNs + costNs);
    expect(on.pages.pages.toArray()).toEqual([0, 1, 2, 3]);
  },
);

test("dirty pages: those of one look are told apart from all that are to be sent", () => {
  const on = dirty({});
  on.collectNs();
  on.memory.store8(9 * PAGE_SIZE, 1);
  const look = new PageSet();
  on.collectNs(look);
  expect(look.toArray()).toEqual([9]);
  expect(on.pages.pages.toArray()).toEqual([0, 1, 2, 3, 9]);
});

test("dirty pages: how many are noted is known to trackers that see each write, and to no other", () => {
  expect(dirty({ track: "slat" }).pages.notedPages).toBeUndefined();
  for (const track of ["write-protection", "dirty-ring"] as const) {
    const on = dirty({ track });
    expect(on.pages.notedPages).toBe(4);
    on.collectNs();
    expect(on.pages.notedPages).toBe(0);
  }
});

/** What the processor pays between two requests, beside taking them, of which the first writes pages. */
function owedNs(options: CheckpointOptions, ...pages: readonly number[]): number {
  const on = pageRig(options);
  on.start();
  on.engine.run({ until: ms(5) });
  const deliveredNs: number[] = [];
  on.engine.trace.addSink({
    record(atNs, _position, { kind }) {
      if (kind === "request.delivered") deliveredNs.push(atNs);
    },
  });
  on.request(...pages);
  on.request();
  on.engine.run({ until: ms(9) });
  return deliveredNs[1]! - deliveredNs[0]! - COSTS.guestCallNs;
}

test("dirty pages: the processor pays for faults, and for a full ring to be emptied", () => {
  const { writeFaultNs, ringStopNs } = COSTS;
  expect(owedNs({ track: "slat" }, 1, 2, 3)).toBe(0);
  expect(owedNs({ track: "write-protection" }, 1, 2, 3)).toBe(3 * writeFaultNs);
  expect(owedNs({ track: "dirty-ring" }, 1, 2, 3)).toBe(3 * writeFaultNs);
  // at the watermark: emptied when the guest is left
  const small = { track: "dirty-ring", ringEntries: 4, ringWatermark: 3 } as const;
  expect(owedNs(small, 1, 2)).toBe(2 * writeFaultNs);
  expect(owedNs(small, 1, 2, 3)).toBe(
    3 * writeFaultNs + ringStopNs + tlbInvalidateNs + 3 * clearPageNs,
  );
  // no room for the fifth: it waits until four entries are moved aside, and again at the end
  expect(owedNs(small, 1, 2, 3, 4, 5)).toBe(
    5 * writeFaultNs + 2 * ringStopNs + tlbInvalidateNs + 5 * clearPageNs,
  );
});

test("dirty pages: whatever the ring, all that was written is sent", () => {
  for (const ringEntries of [1, 2, 3, 64]) {
    const on = pageRig({ track: "dirty-ring", ringEntries });
    on.start();
    on.engine.run({ until: ms(5) });
    on.request(...Array.from({ length: 40 }, (_, page) => page));
    on.request(0, 50);
    on.engine.run({ until: ms(15) });
    expect(on.groups(2).flat()).toEqual([...Array.from({ length: 40 }, (_, page) => page), 50]);
  }
});

test("dirty pages: with overflow ignored, as the zoo has it, pages beyond the ring are missing", () => {
  const broken = { ringOverflowIgnored: true };
  const on = pageRig({ track: "dirty-ring", ringEntries: 4, broken });
  on.start();
  on.engine.run({ until: ms(5) });
  on.request(1, 2, 3, 4, 5, 6);
  on.engine.run({ until: ms(15) });
  expect(on.groups(2).flat()).toEqual([1, 2, 3, 4]);
});

const ALL: readonly Capture[] = [
  captures.stopAndCopy(),
  captures.brownout({ pages: 2 }),
  captures.forwarding({ periodNs: ms(1) }),
  captures.copyOnWrite(),
];

/** A machine that is asked every 20 us to write one more page, and how it fares. */
function busy(options: CheckpointOptions, untilNs: number) {
  const on = pageRig(options, { pages: 200, bootPages: 100 });
  on.start();
  let turn = 0;
  on.engine.spawn("requests", on.b.owner, function* () {
    for (;;) {
      turn += 1;
      on.request((turn * 7) % 200);
      yield* on.b.clock.sleep(us(20));
    }
  });
  on.engine.run({ until: untilNs });
  const delivered = on.records().filter(({ kind }) => kind === "request.delivered").length;
  const collected = on
    .records()
    .filter(({ kind, epoch }) => kind === "checkpoint.collected" && Number(epoch) > 1);
  return { on, delivered, pages: collected.map((record) => Number(record["pages"])) };
}

test.each(
  ALL.flatMap((capture) =>
    (["dirty-ring", "write-protection"] as const).map((track) => ({ capture, track })),
  ),
)(
  "dirty pages: $capture.name, $track: a machine that stands still for too many goes on with the checkpoint",
  ({ capture, track }) => {
    for (const leastNs of [us(100), ms(5)]) {
      const trigger = dirtyPages({ pages: 25, watermark: 20, leastNs });
      const ring = track === "dirty-ring" ? { ringEntries: 16, ringWatermark: 8 } : {};
      const { pages, delivered } = busy({ trigger, track, capture, ...ring }, ms(200));
      // not one each 200 ms, but as often as it may: no longer than it takes to write so many
      expect(pages.length).toBeGreaterThan(leastNs === ms(5) ? 30 : 100);
      expect(Math.max(...pages)).toBeLessThanOrEqual(50);
      expect(delivered).toBeGreaterThan(30 * 20);
    }
  },
);

test("dirty pages: a checkpoint carries no more than the trigger says", () => {
  const trigger = dirtyPages({ pages: 25, watermark: 20, leastNs: ms(5) });
  const { pages } = busy({ trigger, track: "dirty-ring" }, ms(100));
  expect(new Set(pages)).toEqual(new Set([25]));
});

test("dirty pages: when nobody answers the machine stands still, until protection ends", () => {
  for (const capture of ALL) {
    const trigger = dirtyPages({ pages: 10, leastNs: us(100) });
    const options = { trigger, track: "dirty-ring", capture } as const;
    const on = pageRig(options, {}, (commits) => (commits < 3 ? "acknowledge" : "silence"));
    const { end } = on.protect();
    for (let atNs = 0; atNs < ms(30); atNs += us(50)) {
      on.engine.run({ until: atNs });
      on.request((atNs / us(50)) % 60);
    }
    expect(on.running.inbox.length).toBeGreaterThan(40);
    end();
    on.engine.run({ until: ms(40) });
    expect(on.running.inbox.length).toBe(0);
    on.protect(2);
    on.request(1);
    on.engine.run({ until: ms(60) });
    expect(on.running.inbox.length).toBe(0);
  }
});

test("dirty pages: whichever of several triggers is first, the machine is not left standing", () => {
  const { firstOf, fixedInterval, onRequest } = triggers;
  for (const other of [fixedInterval(ms(3)), onRequest({ windowNs: ms(1), mostNs: ms(900) })]) {
    const trigger = firstOf(other, dirtyPages({ pages: 25, leastNs: us(100) }));
    expect(trigger.stopAtPages).toBe(25);
    const { pages, delivered } = busy({ trigger, track: "dirty-ring" }, ms(100));
    expect(Math.max(...pages)).toBeLessThanOrEqual(25);
    expect(delivered).toBeGreaterThan(1_000);
  }
});

test("dirty pages: a host that pauses goes on where it was", () => {
  const trigger = dirtyPages({ pages: 25, leastNs: us(100) });
  const on = pageRig({ trigger, track: "dirty-ring" }, { pages: 200 });
  on.start();
  for (let atNs = 0; atNs < ms(100); atNs += us(50)) {
    on.engine.run({ until: atNs });
    on.request((atNs / us(50)) % 200);
    if ((atNs / us(50)) % 31 === 0) on.a.pause();
    if ((atNs / us(50)) % 31 === 7) on.a.resume();
  }
  on.a.resume();
  on.engine.run({ until: ms(110) });
  expect(on.running.inbox.length).toBe(0);
  expect(on.messages.filter(({ type }) => type === "commit").length).toBeGreaterThan(20);
});

test("dirty pages: the trigger fires at its watermark, not before its least time, and at its most", () => {
  const afterNs = (options: Parameters<typeof dirtyPages>[0], writeNs: number) => {
    const on = pageRig({ trigger: dirtyPages(options), track: "write-protection" });
    const startedNs: number[] = [];
    on.engine.trace.addSink({
      record(atNs, _position, { kind }) {
        if (kind === "checkpoint.started") startedNs.push(atNs);
      },
    });
    on.start();
    on.engine.run({ until: writeNs });
    on.request(1, 2, 3, 4, 5);
    on.engine.run({ until: ms(400) });
    return startedNs[1]! - startedNs[0]!;
  };
  expect(afterNs({ pages: 10, watermark: 5, leastNs: ms(2) }, ms(30))).toBeLessThan(ms(30.1));
  expect(afterNs({ pages: 10, watermark: 5, leastNs: ms(40) }, ms(30))).toBe(ms(40));
  expect(afterNs({ pages: 10, watermark: 6, mostNs: ms(300) }, ms(30))).toBe(ms(300));
});

test("dirty pages: names tell the settings, those out of range are refused", () => {
  expect(dirtyPages().name).toBe("at 9600 dirty pages, 1 ms to 1 s");
  expect(dirtyPages({ pages: 50 })).toMatchObject({ stopAtPages: 50 });
  for (const [options, message] of [
    [{ pages: 0 }, "pages: expected a whole number of at least 1, got 0"],
    [{ pages: 5, watermark: 6 }, "watermark: expected a whole number from 1 to 5, got 6"],
    [{ leastNs: 0 }, "leastNs: expected"],
    [{ leastNs: 10, mostNs: 9 }, "mostNs: expected"],
  ] as const) {
    expect(() => dirtyPages(options)).toThrow(message);
  }
});

test.each([
  [{ track: "slat", ringEntries: 4 } as const, "ringEntries"],
  [{ track: "dirty-ring", ringEntries: 0 } as const, "entries of a dirty ring"],
  [{ track: "dirty-ring", ringEntries: 4, ringWatermark: 5 } as const, "watermark"],
])(
  "dirty pages: settings of the ring that do not fit are refused before anything begins: %o",
  (options, message) => {
    const { running } = rig({}, { image: pageMachine() });
    expect(() => checkpoint(options).expect?.(running.vm.guest, "machine")).toThrow(message);
  },
);
