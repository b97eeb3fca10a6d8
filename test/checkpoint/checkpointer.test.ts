// covers src/checkpoint/primary-side.ts
import { expect, test } from "vitest";
import { preCopy } from "../../src/checkpoint/bring-up/pre-copy.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import { encodeAnswer, encodeGroup } from "../../src/checkpoint/encode-message.ts";
import { ms } from "../../src/sim/time.ts";
import { answer, pageRig, start } from "./primary-rig.ts";
import { rig } from "./rig.ts";

test("checkpointer: the steps of a checkpoint come in the order of their source", () => {
  const on = rig();
  start(on);
  answer(on, () => "acknowledge");
  on.engine.run({ until: ms(45) });
  on.request();
  on.engine.run({ until: ms(60) });
  const kinds = on.kinds();
  const second = kinds.slice(kinds.lastIndexOf("checkpoint.started"));
  expect(second).toEqual([
    "checkpoint.started",
    "checkpoint.paused",
    "checkpoint.collected",
    "checkpoint.copied",
    "checkpoint.resumed",
    "group.sent",
    "commit.sent",
    "checkpoint.acknowledged",
    "output.released",
  ]);
});

test("checkpointer: the first copy is made while the machine runs, the rest in a short stop", () => {
  const on = rig({ bringUp: preCopy({ pages: 20 }) });
  start(on);
  const messages = answer(on, () => "acknowledge");
  on.engine.run({ until: ms(20) });
  const kinds = on.kinds();
  expect(kinds.slice(0, 2)).toEqual(["synchronisation.started", "synchronisation.round"]);
  expect(kinds.indexOf("checkpoint.paused")).toBeGreaterThan(kinds.indexOf("group.sent"));
  const groups = messages.filter((message) => message.type === "group");
  expect(groups.map(({ group }) => group)).toEqual(groups.map((_, index) => index));
  const pages = new Set(groups.flatMap((group) => group.pages.map(({ page }) => page)));
  expect(pages.size).toBeGreaterThan(100);
});

test("checkpointer: output leaves with the acknowledgement of its epoch, and not before", () => {
  const on = rig();
  start(on);
  answer(on, (commits) => (commits === 1 ? "acknowledge" : "silence"));
  on.engine.run({ until: ms(5) });
  on.request();
  on.engine.run({ until: ms(200) });
  expect(on.sent).toHaveLength(0);
  expect(on.gate.heldCount).toBe(1);
  // One epoch at a time: as long as the second is not acknowledged there is no third.
  expect(on.kinds().filter((kind) => kind === "checkpoint.started")).toHaveLength(2);
});

test("checkpointer: a checkpoint sent before its interval is over waits for the rest of it", () => {
  const on = rig({ interval: ms(10) });
  start(on);
  const messages = answer(on, () => "acknowledge");
  on.engine.run({ until: ms(101) });
  const epochs = messages.filter(({ type }) => type === "commit").length;
  expect(epochs).toBeGreaterThanOrEqual(9);
  expect(epochs).toBeLessThanOrEqual(11);
});

test("checkpointer: a refused checkpoint is sent again, byte for byte", () => {
  const on = rig();
  start(on);
  const messages = answer(on, (commits) => (commits === 2 ? "reject" : "acknowledge"));
  on.engine.run({ until: ms(5) });
  on.request();
  on.engine.run({ until: ms(40) });
  const second = messages.filter(({ epoch }) => epoch === 2);
  expect(second.length % 2).toBe(0);
  const half = second.length / 2;
  expect(second.slice(0, half)).toEqual(second.slice(half));
  expect(on.kinds()).toContain("checkpoint.aborted");
  expect(on.sent).toHaveLength(1);
});

test("checkpointer: it gives up a secondary that refuses again and again", () => {
  const on = rig({ resends: 2 });
  const replication = start(on);
  const messages = answer(on, () => "reject");
  on.engine.run({ until: ms(200) });
  expect(replication.state).toBe("done");
  expect(messages.filter(({ type }) => type === "commit")).toHaveLength(3);
  expect(on.running.vm.paused).toBe(false);
});

test("checkpointer: an answer about another term or epoch is no answer", () => {
  const on = rig();
  start(on);
  on.engine.spawn("answers", on.b.owner, function* () {
    for (;;) {
      const message = decodeMessage(yield* on.streams.b.receive());
      if (message?.type !== "commit") continue;
      const { term, epoch } = message;
      yield* on.streams.b.send(encodeAnswer({ type: "acknowledge", term, epoch: epoch + 1 }));
      yield* on.streams.b.send(encodeAnswer({ type: "acknowledge", term: term + 1, epoch }));
    }
  });
  on.engine.run({ until: ms(100) });
  expect(on.kinds()).not.toContain("checkpoint.acknowledged");
});

test("checkpointer: what is neither an acknowledgement nor a refusal is no answer", () => {
  const on = rig({ resends: 0 });
  const replication = start(on);
  on.engine.spawn("answers", on.b.owner, function* () {
    for (;;) {
      const message = decodeMessage(yield* on.streams.b.receive());
      if (message?.type !== "commit") continue;
      const { term, epoch } = message;
      yield* on.streams.b.send(new Uint8Array([1, 2, 3]));
      yield* on.streams.b.send(encodeGroup({ term, epoch, group: 0, pages: [] }).bytes);
      yield* on.streams.b.send(encodeAnswer({ type: "acknowledge", term, epoch }));
    }
  });
  on.engine.run({ until: ms(60) });
  expect(replication.state).toBe("running");
  expect(on.kinds()).not.toContain("checkpoint.aborted");
  expect(on.kinds()).toContain("checkpoint.acknowledged");
});

test("checkpointer: a refusal is announced, with who refused", () => {
  const on = rig({ resends: 0 });
  start(on);
  answer(on, () => "reject");
  on.engine.run({ until: ms(20) });
  expect(on.records().filter(({ kind }) => kind === "checkpoint.aborted")).toEqual([
    {
      kind: "checkpoint.aborted",
      machine: "m",
      host: "a",
      term: 1,
      epoch: 1,
      reason: "refused by the secondary",
    },
  ]);
});

test.each([
  [0, []],
  [1, [1]],
  [15, [15]],
  [16, [15, 1]],
  [30, [15, 15]],
  [31, [15, 15, 1]],
])("checkpointer: %i pages travel in groups of %j", (count, sizes) => {
  const on = pageRig({ bringUp: preCopy({ pages: 64 }) }, { bootPages: count });
  on.start();
  on.engine.run({ until: ms(5) });
  expect(on.groups(1).map(({ length }) => length)).toEqual(sizes);
  expect(on.groups(1).flat()).toEqual(Array.from({ length: count }, (_, page) => page));
  expect(on.messages.at(-1)).toMatchObject({ type: "commit", groupCount: sizes.length });
});

test.each([
  [30, [15, 15]],
  [31, [15, 15, 1]],
])("checkpointer: %i pages of the first copy travel in groups of %j", (count, sizes) => {
  const on = pageRig({ bringUp: preCopy({ pages: 0 }) }, { bootPages: count });
  on.start();
  on.engine.run({ until: ms(5) });
  expect(on.groups(1).map(({ length }) => length)).toEqual(sizes);
});

/** Rounds of a first copy of 40 pages during which the machine writes so many pages. */
function rounds(options: { most?: number; enough: number }, written: readonly number[]): unknown[] {
  const { most = 8, enough } = options;
  const settings = { bringUp: preCopy({ pages: enough, rounds: most }) };
  const on = pageRig(settings, { bootPages: 40 });
  on.engine.trace.addSink({
    record(_atNs, _position, { kind, round }) {
      if (kind !== "synchronisation.round") return;
      for (let page = 0; page < (written[Number(round) - 1] ?? 0); page += 1) {
        on.running.vm.guest.memory.store8(page * 4096, 100 + Number(round));
      }
    },
  });
  on.start();
  on.engine.run({ until: ms(5) });
  const collected = on.records().find(({ kind }) => kind === "checkpoint.collected");
  return [
    ...on
      .records()
      .filter(({ kind }) => kind === "synchronisation.round")
      .map(({ round, pages }) => [round, pages]),
    collected?.["pages"],
  ];
}

test("checkpointer: the first copy is repeated for what was written meanwhile until that is little", () => {
  // A page that is written while its round is sent travels with that round, and is dirty no less.
  expect(rounds({ enough: 10 }, [30, 20, 10])).toEqual([[1, 40], [2, 30], [3, 20], 10]);
  expect(rounds({ enough: 9 }, [30, 20, 10])).toEqual([[1, 40], [2, 30], [3, 20], [4, 10], 0]);
  expect(rounds({ enough: 40 }, [])).toEqual([40]);
});

test("checkpointer: the first copy has no more rounds than it may have", () => {
  expect(rounds({ enough: 0, most: 2 }, [30, 20, 10])).toEqual([[1, 40], [2, 30], 20]);
  expect(rounds({ enough: 0, most: 1 }, [30, 20, 10])).toEqual([[1, 40], 30]);
});

test("checkpointer: a machine that writes as fast as it is copied is stopped for the rest", () => {
  expect(rounds({ enough: 0 }, [30, 30, 20])).toEqual([[1, 40], [2, 30], 30]);
  expect(rounds({ enough: 0 }, [40, 20])).toEqual([[1, 40], 40]);
});

test("checkpointer: from the start of one checkpoint to that of the next is the interval", () => {
  const on = pageRig({ interval: ms(10) });
  on.start();
  on.engine.run({ until: ms(15) });
  const second = on.lastNs("checkpoint.started");
  on.request(1, 2, 3);
  on.engine.run({ until: ms(25) });
  expect(on.lastNs("checkpoint.started") - second).toBe(ms(10));
});

test("checkpointer: one that takes longer than its interval is followed by the next at once", () => {
  const on = pageRig({ interval: 1_000 });
  on.start();
  let restNs = Number.NaN;
  on.engine.trace.addSink({
    record(atNs, _position, { kind, epoch }) {
      if (kind === "checkpoint.started" && epoch === 2) {
        restNs = atNs - on.lastNs("checkpoint.acknowledged");
      }
    },
  });
  on.engine.run({ until: ms(1) });
  expect(restNs).toBe(0);
});

test("checkpointer: a clock that is set back does not change the interval", () => {
  const on = pageRig();
  on.start();
  on.engine.run({ until: ms(15) });
  on.a.clock.setOffset(-ms(500));
  on.engine.run({ until: ms(55) });
  expect(on.messages.at(-1)).toMatchObject({ type: "commit", epoch: 6 });
});
