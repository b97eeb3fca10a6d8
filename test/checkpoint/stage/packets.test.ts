// covers src/checkpoint/receiver.ts, src/checkpoint/staging.ts, src/checkpoint/stage/answers.ts, src/checkpoint/stage/refusal-of.ts
import { describe, expect, test } from "vitest";
import { encodeNotice } from "../../../src/checkpoint/encode-message.ts";
import { groups, packets } from "../../../src/checkpoint/transfer/transfer.ts";
import { damaged, scripted } from "../scripted-primary.ts";

const FILLS = [{ 40: 7 }, { 41: 7 }, { 42: 7 }];
const NEXT = [{ 40: 8 }, { 41: 8 }, { 42: 8 }];

const streams = (count: number) => ({ transfer: groups({ inFlight: count, streams: count }) });
const PACKETS = { transfer: packets() };

describe("several streams", () => {
  test("groups may come in any order, the commit record first", () => {
    const on = scripted(streams(3));
    const { groups: sent, commit } = on.checkpoint(1, FILLS);
    on.send([commit]);
    expect(on.types()).toEqual([]);
    on.send([sent[2]!], 2);
    on.send([sent[0]!], 1);
    expect(on.image.epoch).toBe(0);
    on.send([sent[1]!]);
    expect(on.types()).toEqual(["acknowledge"]);
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
    expect(on.kinds().filter((kind) => kind.startsWith("checkpoint"))).toEqual([
      "checkpoint.committed",
      "checkpoint.applied",
    ]);
  });

  test("a group that has come twice counts once", () => {
    const on = scripted(streams(2));
    const { groups: sent, commit } = on.checkpoint(1, FILLS);
    on.send([sent[0]!, sent[0]!, commit]);
    on.send([sent[1]!], 1);
    expect(on.types()).toEqual([]);
    on.send([sent[2]!], 1);
    expect(on.types()).toEqual(["acknowledge"]);
    expect(on.kinds().filter((kind) => kind === "group.staged")).toHaveLength(3);
  });

  test("something unreadable is refused, and what is sent again is taken", () => {
    const on = scripted(streams(2));
    const { groups: sent, commit } = on.checkpoint(1, FILLS);
    on.send([commit, sent[0]!]);
    on.send([damaged(sent[1]!)], 1);
    expect(on.answers).toEqual([{ type: "reject", term: 1, epoch: 1 }]);
    on.send([sent[2]!], 1);
    on.send([sent[0]!, commit]);
    expect(on.types()).toEqual(["reject"]);
    on.send([sent[1]!], 1);
    expect(on.types()).toEqual(["reject", "acknowledge"]);
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
  });

  test("a checkpoint that was taken is acknowledged again, and groups of the next one stay", () => {
    const on = scripted(streams(2));
    const first = on.checkpoint(1, FILLS);
    const second = on.checkpoint(2, NEXT);
    on.send([...first.groups, first.commit]);
    on.send([second.groups[1]!], 1);
    on.send([first.groups[0]!, first.commit]);
    on.send([second.groups[0]!, second.groups[2]!, second.commit]);
    expect(on.answers.map(({ type, epoch }) => [type, epoch])).toEqual([
      ["acknowledge", 1],
      ["acknowledge", 1],
      ["acknowledge", 2],
    ]);
    expect(on.contents(40, 41, 42)).toEqual([8, 8, 8]);
  });

  test("a group that comes when its checkpoint is taken is not looked at", () => {
    const on = scripted(streams(2));
    const { groups: sent, commit } = on.checkpoint(1, FILLS);
    on.send([...sent, commit]);
    on.send([sent[1]!], 1);
    expect(on.kinds().at(-1)).toBe("checkpoint.applied");
    on.settle();
    expect(on.kinds().at(-1)).toBe("checkpoint.applied");
  });

  test("a commit record of an earlier term is refused", () => {
    const on = scripted(streams(2));
    const first = on.checkpoint(1, FILLS, { term: 2 });
    const old = on.checkpoint(7, NEXT, { term: 1 });
    on.send([...first.groups, first.commit]);
    on.send([...old.groups, on.checkpoint(7, [], { term: 1 }).commit]);
    expect(on.types()).toEqual(["acknowledge", "reject"]);
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
  });

  test("nothing more is taken once reception has ended", () => {
    const on = scripted(streams(2));
    const { groups: sent, commit } = on.checkpoint(1, FILLS);
    on.send([sent[0]!]);
    on.kill();
    on.send([commit]);
    on.send([sent[1]!, sent[2]!], 1);
    expect(on.types()).toEqual([]);
    expect(on.kinds().filter((kind) => kind === "group.staged")).toHaveLength(1);
  });
});

describe("a table of contents", () => {
  test("whole, a checkpoint is taken as without", () => {
    const on = scripted(PACKETS);
    const { groups: sent, contents, commit } = on.checkpoint(1, FILLS);
    on.send([...sent, contents, commit]);
    expect(on.types()).toEqual(["acknowledge"]);
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
  });

  test("only what is missing is asked for again, and what has come is kept", () => {
    const on = scripted(PACKETS);
    const { groups: sent, contents, commit } = on.checkpoint(1, FILLS);
    on.send([damaged(sent[0]!), sent[1]!, damaged(sent[2]!), contents, commit]);
    expect(on.answers).toEqual([{ type: "missing", term: 1, epoch: 1, groups: [0, 2] }]);
    expect(on.image.epoch).toBe(0);
    on.send([sent[0]!, sent[2]!, commit]);
    expect(on.types()).toEqual(["missing", "acknowledge"]);
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
    expect(on.records().find(({ kind }) => kind === "groups.missing")).toMatchObject({ groups: 2 });
  });

  test("what is missing is asked for as often as it does not come", () => {
    const on = scripted(PACKETS);
    const { groups: sent, contents, commit } = on.checkpoint(1, FILLS);
    on.send([sent[1]!, sent[2]!, contents, commit]);
    on.send([contents, commit]);
    on.send([sent[0]!, contents, commit]);
    expect(on.types()).toEqual(["missing", "missing", "acknowledge"]);
  });

  test("a group that is not what the contents say is asked for again", () => {
    const on = scripted(PACKETS);
    const { groups: sent, contents, commit } = on.checkpoint(1, FILLS);
    const other = on.checkpoint(1, NEXT);
    on.send([sent[0]!, other.groups[1]!, sent[2]!, contents, commit]);
    expect(on.answers).toEqual([{ type: "missing", term: 1, epoch: 1, groups: [1] }]);
    on.send([sent[1]!, commit]);
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
  });

  test("without contents, or with those of another number of groups, a checkpoint is refused", () => {
    const on = scripted(PACKETS);
    const { groups: sent, contents, commit } = on.checkpoint(1, FILLS);
    on.send([...sent, damaged(contents), commit]);
    on.send([...sent, contents, on.checkpoint(1, FILLS.slice(1)).commit]);
    expect(on.types()).toEqual(["reject", "reject"]);
    const reasons = on.records().filter(({ kind }) => kind === "checkpoint.rejected");
    expect(reasons.map(({ reason }) => reason)).toEqual(["missing contents", "wrong contents"]);
    on.send([...sent, contents, commit]);
    expect(on.types().at(-1)).toBe("acknowledge");
  });

  test("an unreadable commit record is refused, and nothing that has come is lost", () => {
    const on = scripted(PACKETS);
    const { groups: sent, contents, commit } = on.checkpoint(1, FILLS);
    on.send([...sent, contents, damaged(commit)]);
    expect(on.types()).toEqual(["reject"]);
    on.send([commit]);
    expect(on.types()).toEqual(["reject", "acknowledge"]);
  });

  test("with several streams, groups under way are waited for, those that came to harm are not", () => {
    const on = scripted({ transfer: packets({ inFlight: 2, streams: 2 }) });
    const { groups: sent, contents, commit } = on.checkpoint(1, FILLS);
    on.send([sent[0]!, contents, commit]);
    expect(on.types()).toEqual([]);
    on.send([sent[1]!], 1);
    expect(on.types()).toEqual([]);
    on.send([damaged(sent[2]!)], 1);
    expect(on.answers).toEqual([{ type: "missing", term: 1, epoch: 1, groups: [2] }]);
    on.send([commit]);
    on.send([sent[2]!], 1);
    expect(on.types()).toEqual(["missing", "acknowledge"]);
  });

  test("a table of contents that was not agreed on is refused", () => {
    const on = scripted();
    const { contents } = on.checkpoint(1, FILLS);
    on.send([contents]);
    expect(on.types()).toEqual(["reject"]);
  });
});

describe("parts of the first copy", () => {
  test("they come to memory and are acknowledged, and make no machine to stand in with", () => {
    const on = scripted();
    const first = on.checkpoint(1, FILLS, { complete: false });
    on.send([...first.groups, first.commit]);
    expect(on.types()).toEqual(["acknowledge"]);
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
    expect(on.image).toMatchObject({ complete: false, epoch: 1 });
    expect(on.kinds().slice(3)).toEqual([
      "bring-up.committed",
      "acknowledgement.sent",
      "group.applied",
      "bring-up.applied",
    ]);
    const second = on.checkpoint(2, [{ 43: 9 }]);
    on.send([...second.groups, second.commit]);
    expect(on.image).toMatchObject({ complete: true, epoch: 2 });
    expect(on.contents(40, 43)).toEqual([7, 9]);
  });

  test("after a complete checkpoint there is none", () => {
    const on = scripted();
    const first = on.checkpoint(1, FILLS);
    const part = on.checkpoint(2, NEXT, { complete: false });
    on.send([...first.groups, first.commit, ...part.groups, part.commit]);
    expect(on.types()).toEqual(["acknowledge", "reject"]);
    expect(on.image).toMatchObject({ complete: true, epoch: 1 });
    expect(on.contents(40, 41, 42)).toEqual([7, 7, 7]);
  });
});

describe("a warning before a checkpoint", () => {
  const prepare = encodeNotice({ type: "prepare", term: 1, epoch: 2 });

  test("is answered when everything that was committed is applied", () => {
    const on = scripted();
    const { groups: sent, commit } = on.checkpoint(1, FILLS);
    on.send([...sent, commit, prepare]);
    expect(on.answers.at(-1)).toEqual({ type: "ready", term: 1, epoch: 2 });
    expect(on.kinds().slice(-2)).toEqual(["checkpoint.applied", "ready.sent"]);
  });

  test("waits for a checkpoint whose groups are still under way", () => {
    const on = scripted(streams(2));
    const { groups: sent, commit } = on.checkpoint(1, FILLS);
    on.send([commit, prepare]);
    expect(on.types()).toEqual([]);
    on.send(sent, 1);
    expect(on.types()).toEqual(["acknowledge", "ready"]);
  });
});

test("answered when applied: the acknowledgement comes last", () => {
  const { apply, ...rest } = scripted().settings;
  const on = scripted({ ...rest, apply: { ...apply, acknowledge: "applied" } });
  const { groups: sent, commit } = on.checkpoint(1, FILLS);
  on.send([...sent, commit]);
  expect(on.kinds().slice(3)).toEqual([
    "checkpoint.committed",
    "group.applied",
    "checkpoint.applied",
    "acknowledgement.sent",
  ]);
});
