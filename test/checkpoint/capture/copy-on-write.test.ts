import { expect, test } from "vitest";
import {
  type CopyOnWriteOptions,
  copyOnWrite,
} from "../../../src/checkpoint/capture/copy-on-write.ts";
import { WHOLE } from "../../../src/checkpoint/encode/page-form.ts";
import type { CheckpointOptions } from "../../../src/checkpoint/options.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import { ms } from "../../../src/sim/time.ts";
import { pageMachine } from "../page-machine.ts";
import { COSTS, pageRig } from "../primary-rig.ts";
import { rig } from "../rig.ts";

const pagesTo = (end: number) => Array.from({ length: end }, (_, page) => page);

function primary(options: CopyOnWriteOptions = {}, more: CheckpointOptions = {}) {
  const on = pageRig({ capture: copyOnWrite(options), ...more });
  on.start();
  on.engine.run({ until: ms(9) });
  return {
    ...on,
    copied: (epoch: number) =>
      on.said(epoch).find(({ kind }) => kind === "checkpoint.copied")?.["pages"],
    /** First byte of each page that was sent with an epoch. */
    bytes: (epoch: number) =>
      on.messages.flatMap((message) =>
        message.type === "group" && message.epoch === epoch
          ? message.pages.map(({ page, form, payload }) => [page, form === WHOLE ? payload[0] : 0])
          : [],
      ),
  };
}

test("copy on write: cold pages are copied after the machine goes on, and the stop is shorter", () => {
  const pauseNs = (options: CheckpointOptions) => {
    const on = pageRig(options);
    on.start();
    on.engine.run({ until: ms(9) });
    on.request(...pagesTo(40));
    on.engine.run({ until: ms(15) });
    expect(on.groups(2).flat()).toEqual(pagesTo(40));
    return on.betweenNs("checkpoint.paused", "checkpoint.resumed");
  };
  const { copyPageNs, clearPageNs, tlbInvalidateNs } = COSTS;
  const saved = pauseNs({}) - pauseNs({ capture: copyOnWrite() });
  expect(saved).toBe(40 * (copyPageNs - clearPageNs) - tlbInvalidateNs);
});

test("copy on write: a page written in more epochs than the bound is copied in the stop", () => {
  const on = primary({ hotEpochs: 2, epochs: 4 });
  const copied: unknown[] = [];
  for (let epoch = 2; epoch < 8; epoch += 1) {
    on.request(1, 2);
    on.engine.run({ until: ms(10 * epoch - 1) });
    copied.push(on.copied(epoch));
  }
  expect(copied).toEqual([0, 0, 0, 2, 2, 2]);
});

/** Writes to page 2 by a processor or a device, when so much of epoch 2 was made. */
function written(
  track: CheckpointOptions["track"],
  by: "processor" | "device",
  kindOf: string,
  broken = {},
) {
  const on = primary({ broken }, { track: track ?? "slat" });
  const { memory } = on.running.vm.guest;
  on.request(1, 2, 3);
  on.engine.trace.addSink({
    record(_atNs, _position, { kind, epoch }) {
      if (kind !== kindOf || epoch !== 2) return;
      if (by === "processor") memory.store8(2 * PAGE_SIZE, 99);
      else memory.dmaWrite(2 * PAGE_SIZE, new Uint8Array([99]));
    },
  });
  on.engine.run({ until: ms(25) });
  return [on.bytes(2), on.bytes(3)];
}

const cases = (["slat", "write-protection", "dirty-ring"] as const).flatMap((track) =>
  (["processor", "device"] as const).map((by) => ({ track, by })),
);

test.each(cases)(
  "copy on write: with $track what a $by writes meanwhile is of the next epoch",
  ({ track, by }) => {
    const asItWas = [
      [1, 1],
      [2, 1],
      [3, 1],
    ];
    expect(written(track, by, "checkpoint.resumed")).toEqual([asItWas, [[2, 99]]]);
    // copied already
    expect(written(track, by, "group.sent")).toEqual([asItWas, [[2, 99]]]);
  },
);

test.each(cases)(
  "copy on write: not protected, with $track what a $by writes is in this epoch",
  ({ track, by }) => {
    const [now] = written(track, by, "checkpoint.resumed", { unprotected: true });
    expect(now).toEqual([
      [1, 1],
      [2, 99],
      [3, 1],
    ]);
  },
);

test("copy on write: the processor pays for each page that it had to copy, when it leaves the guest", () => {
  const paidNs = (...pages: readonly number[]) => {
    const on = primary();
    on.request(...pagesTo(30));
    const deliveredNs: number[] = [];
    on.engine.trace.addSink({
      record(atNs, _position, { kind, epoch }) {
        if (kind === "request.delivered") deliveredNs.push(atNs);
        if (kind !== "checkpoint.resumed" || epoch !== 2) return;
        on.request(...pages);
        on.request();
      },
    });
    on.engine.run({ until: ms(15) });
    const [next = 0, last = 0] = deliveredNs.slice(-2);
    return last - next - COSTS.guestCallNs;
  };
  const { writeFaultNs, copyPageNs } = COSTS;
  expect([paidNs(40), paidNs(1), paidNs(1, 2, 2)]).toEqual([
    0,
    writeFaultNs + copyPageNs,
    2 * (writeFaultNs + copyPageNs),
  ]);
});

test("copy on write: when protection ends all pages may be written at once", () => {
  const on = pageRig({ capture: copyOnWrite(), track: "slat" });
  const first = on.protect();
  on.engine.run({ until: ms(9) });
  on.request(...pagesTo(40));
  on.engine.trace.addSink({
    record(_atNs, _position, { kind, epoch }) {
      if (kind === "checkpoint.resumed" && epoch === 2) first.end();
    },
  });
  on.engine.run({ until: ms(15) });
  const { slat } = on.running.vm.guest.memory;
  expect(pagesTo(64).filter((page) => !slat.isWritable(page))).toEqual([]);
});

test("copy on write: memory whose stores are unseen is refused, by name", () => {
  const { running } = rig({}, { image: pageMachine({ unseenPages: 4 }) });
  const scheme = checkpoint({ capture: copyOnWrite() });
  expect(() => scheme.expect?.(running.vm.guest, "machine")).toThrow(
    'capture "copy on write of pages written in at most 2 of 8 epochs" needs memory whose stores can be made to fault, and the stores of region "unseen" are unseen',
  );
  const seen = rig({}, { image: pageMachine() });
  expect(() => scheme.expect?.(seen.running.vm.guest, "machine")).not.toThrow();
});
