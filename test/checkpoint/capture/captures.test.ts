// covers src/checkpoint/capture/captures.ts, src/checkpoint/capture/capture.ts, src/checkpoint/capture/stop-and-copy.ts, src/checkpoint/capture/rounds.ts
import { expect, test } from "vitest";
import type { Capture } from "../../../src/checkpoint/capture/capture.ts";
import { captures } from "../../../src/checkpoint/capture/captures.ts";
import type { CheckpointOptions } from "../../../src/checkpoint/options.ts";
import { transfers } from "../../../src/checkpoint/transfer/transfers.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { pageRig } from "../primary-rig.ts";

const all: readonly Capture[] = [
  captures.stopAndCopy(),
  captures.brownout({ rounds: 3, pages: 2 }),
  captures.forwarding({ periodNs: us(700), successes: 1 }),
  captures.copyOnWrite({ hotEpochs: 1 }),
];
const tracks: readonly CheckpointOptions[] = [
  { track: "slat" },
  { track: "slat", scanWorkers: 4 },
  { track: "write-protection" },
  { track: "dirty-ring", ringEntries: 8, ringWatermark: 4 },
  { track: "shadow" },
];
const combinations = all.flatMap((capture) => tracks.map((track) => ({ capture, ...track })));

/**
 * A primary whose machine is written to at drawn moments, by its processor and its devices; after each
 * checkpoint, what was sent so far is compared with memory as it was when the machine stood still.
 */
function compare(options: CheckpointOptions, seed: number) {
  const on = pageRig({ interval: ms(4), ...options }, { pages: 40, roomPages: 64, bootPages: 20 });
  const { memory } = on.running.vm.guest;
  const random = new RandomStream(seed, "test: captures");
  const stopped = new Map<number, Uint8Array[]>();
  on.engine.trace.addSink({
    record(_atNs, _position, { kind, epoch }) {
      if (kind !== "checkpoint.copied") return;
      const pages = Array.from({ length: memory.regions[0]!.pageCount }, (_, page) =>
        memory.page(page).slice(),
      );
      stopped.set(Number(epoch), pages);
    },
  });
  on.start();
  const isRunning = () => !on.running.vm.paused || on.said(1).length === 0;
  for (let atNs = 0; atNs < ms(40); atNs += us(20) + random.below(us(150))) {
    on.engine.run({ until: atNs });
    if (!isRunning()) continue;
    const page = random.below(3) > 0 ? random.below(8) : random.below(memory.regions[0]!.pageCount);
    const at = page * PAGE_SIZE + random.below(PAGE_SIZE - 8);
    if (random.below(4) === 0) memory.dmaWrite(at, new Uint8Array([random.below(256)]));
    else memory.store8(at, random.below(256));
    if (random.below(40) === 0) {
      memory.regions[0]!.grow(Math.min(64, memory.regions[0]!.pageCount + 5));
    }
  }
  on.engine.run({ until: ms(46) });
  return { on, stopped };
}

/** Memory as a secondary would have it after each commit record. */
function* received(on: ReturnType<typeof pageRig>) {
  const pages = new Map<number, Uint8Array>();
  const waiting: [number, Uint8Array][] = [];
  for (const message of on.messages) {
    if (message.type === "group") {
      for (const { page, payload } of message.pages) {
        waiting.push([page, payload.length === 0 ? new Uint8Array(PAGE_SIZE) : payload]);
      }
    } else if (message.type === "commit") {
      for (const [page, bytes] of waiting.splice(0)) pages.set(page, bytes);
      yield { epoch: message.epoch, pages };
    }
  }
}

function wrongPages(pages: ReadonlyMap<number, Uint8Array>, memory: readonly Uint8Array[]) {
  const zero = new Uint8Array(PAGE_SIZE);
  return memory.flatMap((bytes, page) =>
    Buffer.compare(bytes, pages.get(page) ?? zero) === 0 ? [] : [page],
  );
}

test.each(combinations)(
  "captures: $capture.name, $track: each checkpoint is the memory of a machine that stands still",
  (options) => {
    for (const inFlight of [1, 4]) {
      const { on, stopped } = compare(
        { ...options, transfer: transfers.groups({ inFlight }) },
        inFlight,
      );
      let epochs = 0;
      for (const { epoch, pages } of received(on)) {
        expect(wrongPages(pages, stopped.get(epoch)!), `epoch ${epoch}`).toEqual([]);
        epochs += 1;
      }
      expect(epochs).toBeGreaterThan(8);
    }
  },
);

test.each([
  [
    "forwarded pages not sent again",
    captures.forwarding({ periodNs: us(700), broken: { notResent: true } }),
  ],
  ["postponed pages not protected", captures.copyOnWrite({ broken: { unprotected: true } })],
])("captures: %s makes checkpoints wrong", (_what, capture) => {
  const { on, stopped } = compare({ capture }, 1);
  const wrong = [...received(on)].flatMap(({ epoch, pages }) =>
    wrongPages(pages, stopped.get(epoch)!),
  );
  expect(wrong).not.toEqual([]);
});

test.each(combinations)(
  "captures: $capture.name, $track: protection may end at any moment, and begin again",
  (options) => {
    for (let round = 0; round < 16; round += 1) {
      const on = pageRig({ interval: ms(1), ...options }, { bootPages: 40 });
      const first = on.protect();
      const writes = on.engine.spawn("requests", on.a.owner, function* () {
        for (let turn = 0; ; turn += 1) {
          on.request(turn % 50, 1, 2, 3, 40 + (turn % 9));
          yield* on.a.compute(us(37));
        }
      });
      on.engine.run({ until: us(197 * round) });
      first.end();
      expect(on.running.vm.paused).toBe(false);
      const epochs = on.messages.filter(({ type }) => type === "commit").length;
      on.engine.run({ until: ms(5) });
      // nothing goes on, and the machine runs
      expect(on.messages.filter(({ type }) => type === "commit").length - epochs).toBeLessThan(2);
      expect(on.running.inbox.length).toBeLessThan(3);
      expect(on.running.vm.guest.memory.onDeviceWrite).toBeUndefined();
      on.protect(2);
      on.engine.run({ until: ms(10) });
      writes.kill();
      const again = on.messages.filter(({ type }) => type === "commit").length - epochs;
      expect(again).toBeGreaterThan(2);
    }
  },
);

test("captures: names tell the settings, those out of range are refused", () => {
  expect(all.map(({ name }) => name)).toEqual([
    "stop and copy",
    "brownout of at most 3 rounds, blackout at 2 pages",
    "forwarding every 700 us",
    "copy on write of pages written in at most 1 of 8 epochs",
  ]);
  const { forwarding, copyOnWrite } = captures;
  for (const make of [
    () => forwarding({ periodNs: 0 }),
    () => forwarding({ successes: 33 }),
    () => copyOnWrite({ epochs: 0 }),
    () => copyOnWrite({ hotEpochs: 33 }),
    () => copyOnWrite({ hotEpochs: 0.5 }),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: "CAPTURE_OPTION" }));
  }
  expect(() => forwarding({ successes: 33 })).toThrow(
    "successes: expected a whole number from 1 to 32, got 33",
  );
});
