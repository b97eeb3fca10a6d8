// covers src/checkpoint/bring-up/bring-ups.ts, src/checkpoint/bring-up/pre-copy.ts, src/checkpoint/bring-up/by-groups.ts
import { expect, test } from "vitest";
import { bringUps } from "../../../src/checkpoint/bring-up/bring-ups.ts";
import { captures } from "../../../src/checkpoint/capture/captures.ts";
import { ms } from "../../../src/sim/time.ts";
import { pageRig } from "../primary-rig.ts";

const { byGroups, preCopy } = bringUps;
const range = (from: number, end: number) =>
  Array.from({ length: end - from }, (_, index) => from + index);

/** Pages of each checkpoint so far, and whether it is a whole one. */
function sent(on: ReturnType<typeof pageRig>) {
  return on.messages.flatMap((message) =>
    message.type === "commit"
      ? [{ pages: on.groups(message.epoch).flat(), complete: message.complete !== false }]
      : [],
  );
}

test("bring-up by groups: each checkpoint carries one group, until all is sent", () => {
  const on = pageRig({ bringUp: byGroups({ pages: 20 }) }, { bootPages: 50 });
  on.start();
  on.engine.run({ until: ms(45) });
  expect(sent(on)).toEqual([
    { pages: range(0, 20), complete: false },
    { pages: range(20, 40), complete: false },
    { pages: range(40, 50), complete: true },
    { pages: [], complete: true },
    { pages: [], complete: true },
  ]);
  const left = on.records().filter(({ kind }) => kind === "bring-up.group");
  expect(left.map((record) => record["left"])).toEqual([30, 10]);
});

test("bring-up by groups: a page that was sent comes again when it is written, one that was not does not", () => {
  const on = pageRig({ bringUp: byGroups({ pages: 10 }) }, { bootPages: 30 });
  on.start();
  on.engine.run({ until: ms(5) });
  // of the first group, of the last, and never written before
  on.request(3, 25, 60);
  on.engine.run({ until: ms(15) });
  // as many pages as a stop copies: checkpoint data takes its room first
  expect(sent(on)[1]!.pages).toEqual([3, ...range(10, 18), 60]);
  on.engine.run({ until: ms(35) });
  expect(sent(on)[2]!.pages).toEqual(range(18, 28));
  expect(sent(on)[3]).toEqual({ pages: [28, 29], complete: true });
});

test("bring-up by groups: it comes to an end beside a machine that writes more than a group", () => {
  const on = pageRig({ bringUp: byGroups({ pages: 4 }) }, { bootPages: 16 });
  on.start();
  for (let epoch = 1; epoch < 30; epoch += 1) {
    on.request(...range(0, 12), 62, 63);
    on.engine.run({ until: ms(10 * epoch) });
  }
  expect(sent(on).findIndex(({ complete }) => complete)).toBeGreaterThan(3);
  const pages = new Set(sent(on).flatMap((checkpoint) => checkpoint.pages));
  expect([...pages].sort((one, other) => one - other)).toEqual([...range(0, 16), 62, 63]);
});

test("bring-up by groups: pages that a region has grown by are checkpoint data", () => {
  const machine = { pages: 16, roomPages: 64, bootPages: 16 };
  const on = pageRig({ bringUp: byGroups({ pages: 8 }) }, machine);
  on.start();
  on.engine.run({ until: ms(5) });
  on.running.vm.guest.memory.regions[0]!.grow(48);
  on.request(40);
  on.engine.run({ until: ms(35) });
  expect(sent(on)[1]).toEqual({ pages: [...range(8, 15), 40], complete: false });
  expect(sent(on)[2]).toEqual({ pages: [15], complete: true });
  const commits = on.messages.flatMap((each) => (each.type === "commit" ? each.regionPages : []));
  expect(commits.slice(0, 3)).toEqual([16, 48, 48]);
});

test("bring-up by groups: output is held from the first whole checkpoint on", () => {
  const on = pageRig({ bringUp: byGroups({ pages: 16 }) }, { bootPages: 32 });
  on.start();
  on.engine.run({ until: ms(5) });
  on.request();
  on.engine.run({ until: ms(9) });
  expect([on.sent.length, on.gate.holding]).toEqual([1, false]);
  on.engine.run({ until: ms(15) });
  expect(on.gate.holding).toBe(true);
  on.request();
  on.engine.run({ until: ms(19) });
  expect(on.sent).toHaveLength(1);
  on.engine.run({ until: ms(25) });
  expect(on.sent).toHaveLength(2);
});

test.each([
  ["forwarding", captures.forwarding({ periodNs: ms(2) })],
  ["brownout", captures.brownout({ pages: 0 })],
  ["copying on write", captures.copyOnWrite()],
])("bring-up by groups: beside %s every page has come once it is whole", (_what, capture) => {
  const on = pageRig({ capture, bringUp: byGroups({ pages: 12 }) }, { bootPages: 40 });
  on.start();
  for (let epoch = 1; epoch < 8; epoch += 1) {
    on.engine.run({ until: ms(10 * epoch - 5) });
    on.request(epoch, 30 + epoch, 50 + epoch);
  }
  const whole = sent(on).findIndex(({ complete }) => complete);
  expect(whole).toBeGreaterThanOrEqual(3);
  const pages = sent(on).flatMap((checkpoint) => checkpoint.pages);
  expect(range(0, 40).filter((page) => !pages.includes(page))).toEqual([]);
});

test("bring-up by groups: a secondary that is lost in the middle is forgotten, the next one gets all", () => {
  const on = pageRig({ bringUp: byGroups({ pages: 10 }) }, { bootPages: 30 });
  const first = on.protect();
  on.engine.run({ until: ms(15) });
  expect(sent(on).map(({ complete }) => complete)).toEqual([false, false]);
  first.end();
  on.messages.length = 0;
  on.protect(2);
  on.engine.run({ until: ms(45) });
  expect(
    sent(on)
      .slice(0, 3)
      .flatMap(({ pages }) => pages),
  ).toEqual(range(0, 30));
  expect(
    sent(on)
      .map(({ complete }) => complete)
      .slice(0, 3),
  ).toEqual([false, false, true]);
});

test("bring-up: names tell the settings, those out of range are refused", () => {
  expect(byGroups().name).toBe("by groups of 64 to 256 pages");
  expect(preCopy({ rounds: 3, pages: 9 }).name).toBe(
    "pre-copy of at most 3 rounds, stop at 9 pages",
  );
  expect(() => byGroups({ pages: 0 })).toThrow(
    "pages: expected a whole number of at least 1, got 0",
  );
  expect(() => preCopy({ rounds: 65 })).toThrow(
    "rounds: expected a whole number from 1 to 64, got 65",
  );
  expect(() => preCopy({ pages: -1 })).toThrow(
    "pages: expected a whole number of at least 0, got -1",
  );
});
