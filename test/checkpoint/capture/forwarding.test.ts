import { expect, test } from "vitest";
import { type ForwardingOptions, forwarding } from "../../../src/checkpoint/capture/forwarding.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { ms } from "../../../src/sim/time.ts";
import { pageRig } from "../primary-rig.ts";

/** A primary that looks every 2 ms and takes a checkpoint every 10 ms, the second from 10 ms on. */
function primary(options: ForwardingOptions = {}) {
  const capture = forwarding({ periodNs: ms(2), ...options });
  const on = pageRig({ capture });
  on.start();
  on.engine.run({ until: ms(1) });
  return {
    ...on,
    /** Writes pages every `everyNs` until the end of the run to `untilNs`. */
    write(pages: readonly number[], everyNs: number, untilNs: number): void {
      for (let atNs = on.engine.now; atNs < untilNs; atNs += everyNs) {
        for (const page of pages) on.running.vm.guest.memory.store8(page * PAGE_SIZE, atNs % 251);
        on.engine.run({ until: Math.min(untilNs, atNs + everyNs) });
      }
    },
    /** Pages that the stop of an epoch found. */
    stopped: (epoch: number) =>
      on.said(epoch).find(({ kind }) => kind === "checkpoint.collected")?.["pages"],
    rounds: (epoch: number) =>
      on
        .said(epoch)
        .filter(({ kind }) => kind === "forwarding.round")
        .map((record) => record["pages"]),
  };
}

test("forwarding: pages that are written no more go while the machine runs, none is left for the stop", () => {
  const on = primary();
  on.request(1, 2, 3, 4);
  on.engine.run({ until: ms(15) });
  // the look that finds them sees them written; the next one does not
  expect(on.rounds(2)).toEqual([4]);
  expect(on.stopped(2)).toBe(0);
  expect(on.groups(2)).toEqual([[1, 2, 3, 4]]);
});

test("forwarding: pages of the working set wait for the stop", () => {
  const on = primary();
  on.request(30);
  on.write([5, 6], ms(1), ms(15));
  expect(on.rounds(2)).toEqual([1]);
  expect(on.stopped(2)).toBe(2);
  expect(on.groups(2)).toEqual([[30], [5, 6]]);
});

test("forwarding: a page that was forwarded and is written again is sent again", () => {
  const on = primary();
  on.request(7, 8);
  on.engine.run({ until: ms(6.5) });
  expect(on.groups(2)).toEqual([[7, 8]]);
  on.request(8);
  on.engine.run({ until: ms(15) });
  expect(on.groups(2).flat()).toEqual([7, 8, 8]);
});

test("forwarding: what a device writes goes at the next look", () => {
  const on = primary();
  const { memory } = on.running.vm.guest;
  memory.dmaWrite(9 * PAGE_SIZE, new Uint8Array([1]));
  memory.store8(10 * PAGE_SIZE, 1);
  on.engine.run({ until: ms(3.5) });
  expect(on.groups(2)).toEqual([[9]]);
  on.engine.run({ until: ms(15) });
  expect(on.groups(2)).toEqual([[9], [10]]);
  // the next epoch does not remember devices
  memory.store8(9 * PAGE_SIZE, 2);
  on.engine.run({ until: ms(17) });
  expect(on.rounds(3)).toEqual([]);
  on.engine.run({ until: ms(19) });
  expect(on.rounds(3)).toEqual([1]);
});

test("forwarding: with success in enough epochs a page is forwarded from the working set, until that fails", () => {
  const on = primary({ successes: 2 });
  for (const epoch of [2, 3]) {
    on.request(12);
    on.engine.run({ until: ms(10 * epoch - 5) });
    expect(on.rounds(epoch)).toEqual([1]);
  }
  // it is believed in: sent at the first look that finds it
  on.engine.run({ until: ms(26.9) });
  on.request(12);
  on.engine.run({ until: ms(29.9) });
  expect(on.rounds(4)).toEqual([1]);
  // written after that: it goes with the stop, and is believed in no more
  on.request(12);
  on.engine.run({ until: ms(35) });
  expect([on.stopped(4), on.groups(4).flat()]).toEqual([1, [12, 12]]);
  on.write([12], ms(1), ms(45));
  expect(on.rounds(5)).toEqual([]);
});

test("forwarding: a checkpoint that is due ends it between two groups, the rest goes with the stop", () => {
  const capture = forwarding({ periodNs: ms(2) });
  const on = pageRig({ capture }, { pages: 2_048 });
  on.start();
  on.engine.run({ until: ms(4) });
  for (let page = 0; page < 2_048; page += 1) {
    on.running.vm.guest.memory.store8(page * PAGE_SIZE, 1 + (page % 200));
  }
  on.engine.run({ until: ms(40) });
  const stopped = Number(on.said(2).find(({ kind }) => kind === "checkpoint.collected")?.["pages"]);
  const sent = on.groups(2).flat();
  expect(stopped).toBeGreaterThan(100);
  expect(stopped).toBeLessThan(2_000);
  expect(sent.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 2_048 }, (_, page) => page),
  );
});

test("forwarding: not sent again, as the zoo has it, a page that was written again is left out", () => {
  const on = primary({ broken: { notResent: true } });
  on.request(7, 8);
  on.engine.run({ until: ms(9) });
  on.request(8);
  on.engine.run({ until: ms(15) });
  expect(on.groups(2).flat()).toEqual([7, 8]);
});
