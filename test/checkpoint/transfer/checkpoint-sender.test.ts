import { expect, test, vi } from "vitest";
import { encodings } from "../../../src/checkpoint/encode/encodings.ts";
import { WholeEncoder } from "../../../src/checkpoint/encode/whole-encoder.ts";
import type { Message } from "../../../src/checkpoint/message.ts";
import type { CheckpointOptions } from "../../../src/checkpoint/options.ts";
import type { Transfer } from "../../../src/checkpoint/transfer/transfer.ts";
import { transfers } from "../../../src/checkpoint/transfer/transfers.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { COSTS, type Decision, pageRig } from "../primary-rig.ts";

const { groups, packets } = transfers;
const pagesTo = (end: number) => Array.from({ length: end }, (_, page) => page);

/** A primary whose second checkpoint is of `count` pages, answered as `decide` says. */
function second(
  transfer: Transfer,
  count: number,
  decide?: (commits: number) => Decision,
  options: CheckpointOptions = {},
) {
  const on = pageRig({ transfer, ...options }, { pages: 255 }, decide);
  on.start();
  on.engine.run({ until: ms(9) });
  on.request(...pagesTo(count));
  const of = (type: Message["type"]) =>
    on.messages.filter((message) => message.type === type && message.epoch === 2);
  return { ...on, of };
}

const numbers = (messages: readonly Message[]) =>
  messages.map((message) => (message.type === "group" ? message.group : Number.NaN));

test.each([
  groups(),
  groups({ inFlight: 2 }),
  groups({ inFlight: 8, streams: 3 }),
  packets({ inFlight: 4, streams: 4 }),
])(
  "checkpoint sender: $name: every page goes once, the commit record after all groups",
  (transfer) => {
    const on = second(transfer, 100);
    const order: string[] = [];
    on.engine.trace.addSink({
      record(_atNs, _position, { kind, epoch }) {
        if (epoch === 2) order.push(kind);
      },
    });
    on.engine.run({ until: ms(15) });
    const sent = on.of("group");
    expect(numbers(sent).sort((one, other) => one - other)).toEqual(pagesTo(7));
    const pages = sent.flatMap((group) =>
      group.type === "group" ? group.pages.map(({ page }) => page) : [],
    );
    expect(pages.sort((one, other) => one - other)).toEqual(pagesTo(100));
    expect(order.filter((kind) => kind === "group.sent")).toHaveLength(7);
    expect(order.lastIndexOf("group.sent")).toBeLessThan(order.indexOf("commit.sent"));
    expect(on.of("commit")).toMatchObject([{ groupCount: 7 }]);
    expect(on.said(2).map(({ kind }) => kind)).toContain("checkpoint.acknowledged");
  },
);

test("checkpoint sender: several streams share the groups in turns, the first has the commit record", () => {
  const on = second(groups({ inFlight: 3, streams: 3 }), 100);
  const bytes = new Map<string, number>();
  on.engine.trace.addSink({
    record(_atNs, _position, { kind, from, port, bytes: length }) {
      if (kind !== "link.sent" || from !== "a") return;
      bytes.set(String(port), (bytes.get(String(port)) ?? 0) + Number(length));
    },
  });
  on.engine.run({ until: ms(15) });
  // groups 0, 3 and 6, of which the last is short; 1 and 4; 2 and 5
  const whole = 15 * 4096;
  expect(bytes.get("m")).toBeGreaterThan(2 * whole + 10 * 4096);
  expect(bytes.get("m")).toBeLessThan(3 * whole);
  for (const lane of ["m stream 1", "m stream 2"]) {
    expect(bytes.get(lane)).toBeGreaterThan(2 * whole);
    expect(bytes.get(lane)).toBeLessThan(2.1 * whole);
  }
});

test("checkpoint sender: one group in flight is made when the one before has left, two in the meantime", () => {
  const tookNs = (transfer: Transfer): number => {
    const on = second(transfer, 60, undefined, { encode: encodings.wordDifference() });
    on.engine.run({ until: ms(15) });
    return on.betweenNs("checkpoint.resumed", "commit.sent");
  };
  const [one, two] = [tookNs(groups()), tookNs(groups({ inFlight: 2 }))];
  const { encodePageNs, keepPageNs, sendPageNs } = COSTS;
  const makeNs = 60 * (encodePageNs + keepPageNs);
  // making the first group cannot be hidden, that of the other three can
  expect(one - two).toBeGreaterThan(0.74 * makeNs);
  expect(one - two).toBeLessThanOrEqual(0.75 * makeNs + 45 * sendPageNs);
});

test.each([1, 3])("checkpoint sender: at most %i groups are made and have not left", (inFlight) => {
  const encoder = new WholeEncoder();
  const { calls } = vi.spyOn(encoder, "encode").mock;
  const encode = { name: "counted", createEncoder: () => encoder };
  const transfer = groups({ inFlight, bitsPerSecond: 80_000_000 });
  const on = second(transfer, 225, undefined, { encode });
  const left = () => on.said(2).filter(({ kind }) => kind === "group.sent").length;
  let most = 0;
  for (let atNs = ms(10); atNs < ms(120); atNs += 20_000) {
    on.engine.run({ until: atNs });
    most = Math.max(most, calls.length / 15 - left());
  }
  expect([most, calls.length / 15]).toEqual([inFlight, 15]);
});

test("checkpoint sender: a refused checkpoint is sent again whole, the same bytes on the same streams", () => {
  for (const transfer of [groups({ inFlight: 2 }), groups({ inFlight: 4, streams: 2 })]) {
    const on = second(transfer, 60, (commits) => (commits === 2 ? "reject" : "acknowledge"));
    on.engine.run({ until: ms(15) });
    const sent = on.of("group");
    expect(sent).toHaveLength(8);
    for (const group of pagesTo(4)) {
      const twice = sent.filter((message) => message.type === "group" && message.group === group);
      expect(twice[0]).toEqual(twice[1]);
    }
    expect(on.of("commit")).toHaveLength(2);
    expect(on.said(2).map(({ kind }) => kind)).toContain("checkpoint.acknowledged");
  }
});

test("checkpoint sender: of packets only those that are missing are sent again, with their contents", () => {
  const missing = [1, 3];
  const transfer = packets({ inFlight: 4, streams: 2 });
  const on = second(transfer, 70, (commits) => (commits === 2 ? missing : "acknowledge"));
  on.engine.run({ until: ms(15) });
  expect(numbers(on.of("group")).sort((one, other) => one - other)).toEqual([0, 1, 1, 2, 3, 3, 4]);
  const [contents, again] = on.of("contents");
  expect(contents).toEqual(again);
  const checks = new Map(
    on
      .of("group")
      .map((message) => (message.type === "group" ? [message.group, message.check] : [-1, 0])),
  );
  expect(contents).toMatchObject({ checks: pagesTo(5).map((group) => checks.get(group)) });
  const aborted = on.said(2).filter(({ kind }) => kind === "checkpoint.aborted");
  expect(aborted).toMatchObject([{ reason: "groups missing at the secondary" }]);
});

test("checkpoint sender: a secondary that always misses something is given up", () => {
  const on = second(packets(), 20, (commits) => (commits === 1 ? "acknowledge" : [0]));
  on.engine.run({ until: ms(60) });
  expect(on.of("commit")).toHaveLength(1 + on.settings.resends);
  expect(on.said(2).map(({ kind }) => kind)).not.toContain("checkpoint.acknowledged");
});

test("checkpoint sender: what is sent again keeps to the rate, too", () => {
  const on = second(groups({ bitsPerSecond: 8_000_000 }), 60, (commits) =>
    commits === 2 ? "reject" : "acknowledge",
  );
  on.engine.run({ until: seconds(2) });
  expect(on.of("group")).toHaveLength(8);
  // 240 KiB twice at 1 MB/s, but for the commit record that comes last
  const tookNs = on.lastNs("output.released") - on.lastNs("checkpoint.aborted");
  expect(tookNs).toBeGreaterThan((60 * 4096 * seconds(1)) / 1_000_000);
});

test.each([0, 1, 2])(
  "checkpoint sender: with %i pages there are as many groups as it takes",
  (count) => {
    const on = second(groups({ inFlight: 2 }), count);
    on.engine.run({ until: ms(15) });
    expect(numbers(on.of("group"))).toEqual(count === 0 ? [] : [0]);
    expect(on.of("commit")).toMatchObject([{ groupCount: count === 0 ? 0 : 1 }]);
  },
);
