// covers src/checkpoint/secondary-side.ts, src/checkpoint/announcer.ts
import { expect, test } from "vitest";
import { chainCheck } from "../../src/checkpoint/chain-check.ts";
import { Checkpointer } from "../../src/checkpoint/checkpointer.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import { encodeCommit, encodeGroup } from "../../src/checkpoint/encode-message.ts";
import type { Message } from "../../src/checkpoint/message.ts";
import { Receiver } from "../../src/checkpoint/receiver.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import { ms } from "../../src/sim/time.ts";
import { rig } from "./rig.ts";

const OF = { machine: "m", host: "b", term: 1 };

type Rig = ReturnType<typeof rig>;

function start(on: Rig): { receiver: Receiver; kill: () => void } {
  const receiver = new Receiver(on.secondary, on.settings);
  const process = on.engine.spawn("reception", on.b.owner, () => receiver.run());
  return { receiver, kill: () => process.kill() };
}

/** Sends messages from host a; whatever comes back is kept. */
function send(on: Rig, messages: readonly Uint8Array[]): Message[] {
  const answers: Message[] = [];
  on.engine.spawn("sender", on.a.owner, function* () {
    for (const message of messages) yield* on.streams.a.send(message);
    for (;;) answers.push(decodeMessage(yield* on.streams.a.receive())!);
  });
  return answers;
}

/** A checkpoint of two groups that fills three pages with `value`. */
function checkpoint(on: Rig, epoch: number, value: number, term = 1): Uint8Array[] {
  const page = (number: number) => ({ page: number, bytes: new Uint8Array(4096).fill(value) });
  const groups = [
    encodeGroup({ term, epoch, group: 0, pages: [page(40), page(41)] }),
    encodeGroup({ term, epoch, group: 1, pages: [page(42)] }),
  ];
  const commit = encodeCommit({
    term,
    epoch,
    groupCount: 2,
    check: chainCheck(groups.map(({ check }) => check)),
    regionPages: on.image.guest.memory.regions.map(({ pageCount }) => pageCount),
    registers: on.image.guest.saveRegisters(),
  });
  return [...groups.map(({ bytes }) => bytes), commit];
}

const contents = (on: Rig): number[] =>
  [40, 41, 42].map((page) => on.image.guest.memory.page(page)[0]!);

test("receiver: the steps come in the order of their source", () => {
  const on = rig();
  start(on);
  const answers = send(on, checkpoint(on, 1, 7));
  on.engine.run({ until: ms(10) });
  expect(on.kinds()).toEqual([
    "group.staged",
    "group.staged",
    "checkpoint.committed",
    "acknowledgement.sent",
    "group.applied",
    "checkpoint.applied",
  ]);
  expect(answers).toEqual([{ type: "acknowledge", term: 1, epoch: 1 }]);
  expect(contents(on)).toEqual([7, 7, 7]);
  expect(on.image).toMatchObject({ epoch: 1, term: 1, complete: true, unappliedCount: 0 });
});

test("receiver: what booting left in memory is gone before the first checkpoint", () => {
  const on = rig();
  expect(on.image.guest.memory.page(0).some((byte) => byte !== 0)).toBe(true);
  start(on);
  on.engine.run({ until: ms(1) });
  expect(on.image.guest.memory.page(0).every((byte) => byte === 0)).toBe(true);
  expect(on.image.complete).toBe(false);
});

test("receiver: an incomplete checkpoint is refused whole and the previous one stands", () => {
  const on = rig();
  start(on);
  const [first, , commit] = checkpoint(on, 2, 9);
  const answers = send(on, [...checkpoint(on, 1, 7), first!, commit!]);
  on.engine.run({ until: ms(10) });
  expect(answers.map(({ type }) => type)).toEqual(["acknowledge", "reject"]);
  expect(contents(on)).toEqual([7, 7, 7]);
  expect(on.image.epoch).toBe(1);
});

test("receiver: a damaged message is refused, and the checkpoint sent again is taken", () => {
  const on = rig();
  start(on);
  const damaged = checkpoint(on, 1, 7);
  damaged[1]![200]! ^= 1;
  const answers = send(on, [...damaged, ...checkpoint(on, 1, 7)]);
  on.engine.run({ until: ms(10) });
  expect(answers.map(({ type }) => type)).toEqual(["reject", "reject", "acknowledge"]);
  expect(contents(on)).toEqual([7, 7, 7]);
});

test("receiver: a checkpoint that came again although it was taken is acknowledged again", () => {
  const on = rig();
  start(on);
  const answers = send(on, [...checkpoint(on, 1, 7), ...checkpoint(on, 1, 7)]);
  on.engine.run({ until: ms(10) });
  expect(answers.map(({ type }) => type)).toEqual(["acknowledge", "acknowledge"]);
  expect(on.kinds().filter((kind) => kind === "checkpoint.committed")).toHaveLength(1);
});

test("receiver: settling forgets what was only staged", () => {
  const on = rig();
  const { receiver, kill } = start(on);
  send(on, [...checkpoint(on, 1, 7), ...checkpoint(on, 2, 9).slice(0, 2)]);
  on.engine.run({ until: ms(10) });
  kill();
  on.engine.spawn("promotion", on.b.owner, () => receiver.settle());
  on.engine.run({ until: ms(20) });
  expect(contents(on)).toEqual([7, 7, 7]);
  expect(on.records().at(-1)).toEqual({ kind: "checkpoint.discarded", ...OF, epoch: 1, groups: 2 });
});

test("receiver: settling says nothing of staged groups when there are none", () => {
  const on = rig();
  const { receiver, kill } = start(on);
  send(on, checkpoint(on, 1, 7));
  on.engine.run({ until: ms(10) });
  kill();
  on.engine.spawn("promotion", on.b.owner, () => receiver.settle());
  on.engine.run({ until: ms(20) });
  expect(on.kinds().at(-1)).toBe("checkpoint.applied");
});

test("receiver: what never was complete cannot be settled", () => {
  const on = rig();
  const { receiver } = start(on);
  on.engine.spawn("promotion", on.b.owner, () => receiver.settle());
  expect(() => on.engine.run({ until: ms(1) })).toThrow(InvariantError);
});

test("receiver: a refusal says which checkpoint and why", () => {
  const on = rig();
  start(on);
  const [first, second, commit] = checkpoint(on, 2, 9);
  const damaged = second!.slice();
  damaged[200]! ^= 1;
  send(on, [...checkpoint(on, 1, 7), first!, commit!, first!, damaged, commit!]);
  on.engine.run({ until: ms(10) });
  const kind = "checkpoint.rejected";
  expect(on.records().filter((record) => record.kind === kind)).toEqual([
    { kind, ...OF, epoch: 2, reason: "missing group" },
    { kind, ...OF, epoch: 2, reason: "unreadable message" },
    { kind, ...OF, epoch: 2, reason: "damaged message" },
  ]);
});

test("receiver: epochs are counted anew in each term", () => {
  const on = rig();
  start(on);
  const answers = send(on, [
    ...checkpoint(on, 1, 7),
    ...checkpoint(on, 2, 8),
    ...checkpoint(on, 1, 9, 2),
  ]);
  on.engine.run({ until: ms(10) });
  expect(answers.map(({ type, term, epoch }) => [type, term, epoch])).toEqual([
    ["acknowledge", 1, 1],
    ["acknowledge", 1, 2],
    ["acknowledge", 2, 1],
  ]);
  expect(contents(on)).toEqual([9, 9, 9]);
  expect(on.image).toMatchObject({ term: 2, epoch: 1 });
});

test("receiver: settling finishes what was committed, however little of it was applied", () => {
  const on = rig();
  const { receiver, kill } = start(on);
  send(on, [...checkpoint(on, 1, 7), ...checkpoint(on, 2, 9)]);
  while (on.kinds().filter((kind) => kind === "acknowledgement.sent").length < 2) on.engine.step();
  kill();
  expect(on.image.epoch).toBe(2);
  expect(contents(on)).toEqual([7, 7, 7]);
  on.engine.spawn("promotion", on.b.owner, () => receiver.settle());
  on.engine.run({ until: ms(20) });
  expect(contents(on)).toEqual([9, 9, 9]);
});

test("receiver: torn on purpose, settling takes what is only staged", () => {
  const on = rig({ broken: { tornApply: true } });
  const { receiver, kill } = start(on);
  send(on, [...checkpoint(on, 1, 7), ...checkpoint(on, 2, 9).slice(0, 1)]);
  on.engine.run({ until: ms(10) });
  kill();
  on.engine.spawn("promotion", on.b.owner, () => receiver.settle());
  on.engine.run({ until: ms(20) });
  expect(contents(on)).toEqual([9, 9, 7]);
});

test("receiver: with a real primary, memory and registers become the primary's", () => {
  const on = rig();
  start(on);
  on.running.vm.start();
  const checkpointer = new Checkpointer(on.primary, on.settings);
  on.engine.spawn("replication", on.a.owner, () => checkpointer.run());
  for (let request = 0; request < 40; request += 1) {
    on.request();
    on.engine.run({ until: ms(3 + 3 * request) });
  }
  on.engine.run({ until: ms(300) });
  const digests = (kind: string): unknown[] =>
    on
      .records()
      .filter((record) => record.kind === kind)
      .map(({ digest }) => digest);
  const applied = digests("checkpoint.applied");
  expect(applied.length).toBeGreaterThan(8);
  expect(digests("checkpoint.copied").slice(0, applied.length)).toEqual(applied);
  const { memory } = on.running.vm.guest;
  for (let page = 0; page < memory.regions[0]!.pageCount; page += 1) {
    expect(Buffer.compare(on.image.guest.memory.page(page), memory.page(page))).toBe(0);
  }
  expect(on.sent).toHaveLength(40);
});
