// covers src/checkpoint/primary-side.ts
import { expect, test } from "vitest";
import { Checkpointer } from "../../src/checkpoint/checkpointer.ts";
import { decodeMessage, encodeAnswer, type Message } from "../../src/checkpoint/message.ts";
import { ms } from "../../src/sim/time.ts";
import { rig } from "./rig.ts";

type Rig = ReturnType<typeof rig>;

/** Starts the primary's side. */
function start(on: Rig) {
  on.running.vm.start();
  const checkpointer = new Checkpointer(on.primary, on.settings);
  return on.engine.spawn("replication", on.a.owner, () => checkpointer.run());
}

/** A secondary that answers each commit record as told, and keeps what it was sent. */
function answer(on: Rig, decide: (commits: number) => "acknowledge" | "reject" | "silence") {
  const messages: Message[] = [];
  on.engine.spawn("answers", on.b.owner, function* () {
    let commits = 0;
    for (;;) {
      const message = decodeMessage(yield* on.streams.b.receive());
      if (message === undefined) throw new Error("the primary sent something unreadable");
      messages.push(message);
      if (message.type !== "commit") continue;
      commits += 1;
      const type = decide(commits);
      const { term, epoch } = message;
      if (type !== "silence") yield* on.streams.b.send(encodeAnswer({ type, term, epoch }));
    }
  });
  return messages;
}

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
  const on = rig({ synchronisationPages: 20 });
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
