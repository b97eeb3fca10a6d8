// covers src/checkpoint/checkpointer.ts
import { expect, test } from "vitest";
import sqliteScenario from "../../examples/sqlite/scenario.ts";
import { loadSqlite } from "../../examples/sqlite/sqlite.ts";
import { applying } from "../../src/checkpoint/apply/applying.ts";
import { bringUps } from "../../src/checkpoint/bring-up/bring-ups.ts";
import { captures } from "../../src/checkpoint/capture/captures.ts";
import { encodings } from "../../src/checkpoint/encode/encodings.ts";
import type { PageEncoder, PageEncoding } from "../../src/checkpoint/encode/page-encoder.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import { EncodeCost } from "../../src/checkpoint/transfer/encode-cost.ts";
import { transfers } from "../../src/checkpoint/transfer/transfers.ts";
import { dirtyPages } from "../../src/checkpoint/trigger/dirty-pages.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { transmissionNs } from "../../src/host/bandwidth.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { checkpoint } from "../../src/schemes/checkpoint.ts";
import { ms, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { answer, start } from "./primary-rig.ts";
import { rig } from "./rig.ts";
import { pagesFrom, writingMachine } from "./writing-machine.ts";

interface Measured {
  readonly pauseNs: number;
  readonly bytes: number;
  readonly pages: number;
  readonly transferNs: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1]!;

/** Medians of what was recorded of the checkpoints from the fourth on. */
function measure(image: GuestImage, options: CheckpointOptions, requests = 0): Measured {
  const simulation = new Simulation({ seed: 1 });
  const { a, b } = simulation.hosts(["a", "b"]);
  const scheme = checkpoint({ interval: ms(50), ...options });
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  if (requests > 0) simulation.client(machine, { requests, think: ms(3) });
  const of = { pauseNs: [], bytes: [], pages: [], transferNs: [] } as Record<string, number[]>;
  let resumedNs = 0;
  simulation.trace.addSink({
    record(atNs, _position, record) {
      if (Number(record["epoch"]) < 4) return;
      if (record.kind === "checkpoint.resumed") {
        of["pauseNs"]!.push(Number(record["pauseNs"]));
        resumedNs = atNs;
      }
      if (record.kind === "commit.sent") of["transferNs"]!.push(atNs - resumedNs);
      if (record.kind !== "checkpoint.acknowledged") return;
      of["bytes"]!.push(Number(record["bytes"]));
      of["pages"]!.push(Number(record["pages"]));
    },
  });
  simulation.run({ until: ms(460) });
  expect(of["bytes"]!.length).toBeGreaterThan(3);
  const values = Object.entries(of).map(([name, list]) => [name, median(list)]);
  return Object.fromEntries(values) as Measured;
}

test("directions: brownout cuts the stop more than five times if the link carries what is written", () => {
  // 10 pages in 100 us: 400 MB/s, of the 1,250 MB/s that the link carries
  const image = writingMachine({
    pages: 8_192,
    writes: (stretch) => [{ pages: pagesFrom(stretch * 10, 10, 8_192) }],
  });
  const stopped = measure(image, {});
  const browned = measure(image, { capture: captures.brownout({ rounds: 12 }) });
  expect(stopped.pauseNs / browned.pauseNs).toBeGreaterThan(5);
});

test("directions: brownout changes nothing for a machine that writes all over", () => {
  const image = writingMachine({
    pages: 2_048,
    writes: (stretch) => [{ pages: pagesFrom(stretch * 200, 200, 2_048) }],
  });
  const stopped = measure(image, {});
  const browned = measure(image, { capture: captures.brownout({ rounds: 12 }) });
  expect(stopped.pages).toBe(2_048);
  expect(browned.pauseNs / stopped.pauseNs).toBeGreaterThan(0.95);
  expect(browned.pauseNs / stopped.pauseNs).toBeLessThan(1.05);
});

test("directions: forwarding and copying on write cut the stop of a large cold set", () => {
  // 3,000 pages in 50 ms that are not written again soon, and 20 that always are
  const image = writingMachine({
    pages: 8_192,
    writes: (stretch) => [
      { pages: pagesFrom(8_000, 20, 8_192) },
      { pages: pagesFrom(stretch * 6, 6, 8_000) },
    ],
  });
  const stopped = measure(image, {});
  const forwarded = measure(image, { capture: captures.forwarding({ periodNs: ms(2) }) });
  const copied = measure(image, { capture: captures.copyOnWrite() });
  expect(stopped.pages).toBeGreaterThan(2_800);
  expect(stopped.pauseNs / forwarded.pauseNs).toBeGreaterThan(5);
  // watching a page costs a twelfth of copying it, and the stop itself something
  expect(stopped.pauseNs / copied.pauseNs).toBeGreaterThan(3.5);
});

test("directions: differences cut the bytes of SQLite at least ten times", async () => {
  expect((await sqliteScenario).name).toBe("sqlite");
  const sqlite = await loadSqlite();
  const bytes = (encode: PageEncoding) =>
    measure(sqlite(), { encode, interval: ms(25) }, 250).bytes;
  expect(bytes(encodings.whole()) / bytes(encodings.wordDifference())).toBeGreaterThan(10);
});

/** Bytes of a checkpoint, and processor time of encoding and sending all of them. */
function encoded(image: GuestImage, encode: PageEncoding): { bytes: number; processorNs: number } {
  const made: PageEncoder[] = [];
  const costs: EncodeCost[] = [];
  const { bytes } = measure(image, {
    encode: {
      ...encode,
      createEncoder() {
        const encoder = encode.createEncoder();
        made.push(encoder);
        costs.push(new EncodeCost(encoder.work, modern));
        return encoder;
      },
    },
  });
  const { encodeNs, sendNs } = costs[0]!.take();
  return { bytes, processorNs: encodeNs + sendNs };
}

test("directions: feedback comes near the better of difference and whole page, page by page", () => {
  // 300 pages of which two words change, 300 that change all over
  const image = writingMachine({
    pages: 600,
    writes: (stretch) =>
      stretch % 100 === 0
        ? [
            { pages: pagesFrom(0, 300, 600), words: 2 },
            { pages: pagesFrom(300, 300, 600), words: 512 },
          ]
        : [],
  });
  const whole = encoded(image, encodings.whole());
  const difference = encoded(image, encodings.wordDifference());
  const feedback = encoded(image, encodings.feedback());
  expect(difference.bytes).toBeLessThan(0.55 * whole.bytes);
  expect(feedback.bytes).toBeLessThan(1.05 * difference.bytes);
  expect(whole.processorNs).toBeLessThan(difference.processorNs);
  expect(feedback.processorNs).toBeLessThan(1.05 * whole.processorNs);
});

test.each([16, 64, 256])(
  "directions: brought up by groups, each stop keeps its bound with %i MiB",
  (mebibytes) => {
    const pages = mebibytes * 256;
    const image = writingMachine({
      pages,
      writes: (stretch) => [{ pages: pagesFrom(stretch, 2, 40) }],
    });
    const bringUp = (groupPages: number) => {
      const options = { bringUp: bringUps.byGroups({ pages: groupPages }), interval: ms(2) };
      const on = rig({ ...options, track: "dirty-ring" }, { image });
      const pauses: number[] = [];
      let groups = 0;
      on.engine.trace.addSink({
        record(_atNs, _position, { kind, pauseNs }) {
          if (kind === "checkpoint.resumed") pauses.push(Number(pauseNs));
          if (kind === "bring-up.group") groups += 1;
        },
      });
      answer(on, () => "acknowledge");
      start(on);
      on.engine.run({ until: ms(400) });
      return { longestNs: Math.max(...pauses), groups, checkpoints: pauses.length, on };
    };
    const [small, large] = [bringUp(512), bringUp(2_048)];
    const { copyPageNs, clearPageNs, suspendNs, epochFixedNs, resumeNs, tlbInvalidateNs } = modern;
    const fixedNs = suspendNs + epochFixedNs + tlbInvalidateNs + resumeNs + us(100);
    expect(small.longestNs).toBeLessThan(512 * copyPageNs + 64 * clearPageNs + fixedNs);
    expect(large.longestNs).toBeLessThan(2_048 * copyPageNs + 64 * clearPageNs + fixedNs);
    expect(small.groups).toBeGreaterThan(large.groups);
    expect(large.groups).toBeGreaterThanOrEqual(Math.floor(pages / 2_048));
  },
);

test("directions: more groups in flight make a transfer as long as its slowest part, not as all of them", () => {
  const image = writingMachine({
    pages: 2_048,
    writes: (stretch) => [{ pages: pagesFrom(stretch * 20, 20, 2_048) }],
  });
  const perPage = (options: Parameters<typeof transfers.groups>[0]) => {
    const on = rig({ transfer: transfers.groups(options), interval: ms(50) }, { image });
    answer(on, () => "acknowledge");
    start(on);
    on.engine.run({ until: ms(195) });
    const { pages } = on.records().findLast(({ kind }) => kind === "commit.sent")!;
    return (on.lastNs("commit.sent") - on.lastNs("checkpoint.resumed")) / Number(pages);
  };
  const { encodePageNs, sendPageNs, link } = modern;
  const wireNs = transmissionNs(4_096, link.bandwidthBitsPerSecond);
  const one = perPage({});
  expect(one).toBeGreaterThan(encodePageNs + sendPageNs + wireNs);
  // then it is the wire alone, on one stream as on several
  for (const options of [{ inFlight: 2 }, { inFlight: 8 }, { inFlight: 8, streams: 4 }]) {
    const several = perPage(options);
    expect(several).toBeGreaterThan(wireNs);
    expect(several).toBeLessThan(1.05 * wireNs);
  }
});

test("directions: a dirty ring and its trigger bound a checkpoint, whatever the machine writes", () => {
  const trigger = dirtyPages({ pages: 500, watermark: 480 });
  const pages = (perStretch: number, options: CheckpointOptions) => {
    const image = writingMachine({
      pages: 8_192,
      writes: (stretch) => [{ pages: pagesFrom(stretch * perStretch, perStretch, 8_192) }],
    });
    return measure(image, options).pages;
  };
  expect(pages(2, { interval: ms(25) })).toBeLessThan(500);
  expect(pages(8, { interval: ms(25) })).toBeGreaterThan(1_500);
  for (const perStretch of [2, 20]) {
    const carried = pages(perStretch, { trigger, track: "dirty-ring" });
    expect(carried).toBeGreaterThanOrEqual(480);
    expect(carried).toBeLessThanOrEqual(500 + perStretch);
  }
});

test.each([
  ["slower than the wire", us(12)],
  ["faster than the wire", us(1)],
])(
  "directions: swapping while it comes shortens a commit by the smaller of transfer and apply, which is %s",
  (_which, applyPageNs) => {
    const profile = { ...modern, applyPageNs, swapPageNs: applyPageNs };
    const image = writingMachine({
      pages: 1_024,
      writes: (stretch) => [{ pages: pagesFrom(stretch * 20, 20, 1_024) }],
    });
    /** From the machine going on to all of the checkpoint being applied, and to its groups having left. */
    const times = (options: CheckpointOptions) => {
      const simulation = new Simulation({ seed: 1, profile });
      const { a, b } = simulation.hosts(["a", "b"]);
      const scheme = checkpoint({ interval: ms(60), ...options });
      simulation.protect(image, { primary: a, secondary: b, scheme });
      const [applied, sent]: [number[], number[]] = [[], []];
      let [resumedNs, pages] = [0, 0];
      simulation.trace.addSink({
        record(atNs, _position, record) {
          if (Number(record["epoch"]) < 4) return;
          if (record.kind === "checkpoint.resumed") resumedNs = atNs;
          if (record.kind === "commit.sent") {
            sent.push(atNs - resumedNs);
            pages = Number(record["pages"]);
          }
          if (record.kind === "checkpoint.applied") applied.push(atNs - resumedNs);
        },
      });
      simulation.run({ until: ms(500) });
      expect(applied.length).toBeGreaterThan(3);
      return { appliedNs: median(applied), sentNs: median(sent), pages };
    };
    const after = times({ apply: applying.afterArrival() });
    const swapped = times({ apply: applying.swapping() });
    expect(after.pages).toBe(1_024);
    const smallerNs = Math.min(after.sentNs, after.pages * applyPageNs);
    const savedNs = after.appliedNs - swapped.appliedNs;
    expect(savedNs).toBeGreaterThan(0.9 * smallerNs);
    expect(savedNs).toBeLessThan(1.1 * smallerNs);
  },
);
