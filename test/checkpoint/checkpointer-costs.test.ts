// covers src/checkpoint/checkpointer.ts, src/checkpoint/receiver.ts
import { expect, test } from "vitest";
import { encodeCommit, encodeGroup } from "../../src/checkpoint/encode-message.ts";
import { Receiver } from "../../src/checkpoint/receiver.ts";
import { stateDigest } from "../../src/checkpoint/state-digest.ts";
import { ms } from "../../src/sim/time.ts";
import { pageMachine } from "./page-machine.ts";
import { COSTS, pageRig, start } from "./primary-rig.ts";
import { rig } from "./rig.ts";

test("checkpoint costs: each step says of what it is, and how much there was of it", () => {
  const on = pageRig();
  on.start();
  on.engine.run({ until: ms(9) });
  on.request(3, 4, 50);
  on.engine.run({ until: ms(15) });
  const of = { machine: "m", host: "a", term: 1, epoch: 2 };
  const [group, commit] = on.messages.filter(({ epoch }) => epoch === 2);
  if (group?.type !== "group" || commit?.type !== "commit") throw new Error("unexpected messages");
  expect(group.pages.map(({ page }) => page)).toEqual([3, 4, 50]);
  const copies = group.pages.map(({ page, payload: bytes }) => ({ page, bytes }));
  const groupBytes = encodeGroup({ ...group, pages: copies }).bytes.length;
  const commitBytes = encodeCommit(commit).length;
  const digest = stateDigest(on.running.digest, commit.registers);
  const pauseNs = on.betweenNs("checkpoint.started", "checkpoint.resumed");
  expect(pauseNs).toBeGreaterThan(0);
  expect(on.said(2)).toEqual([
    { kind: "output.held", ...of, bytes: 11 },
    { kind: "checkpoint.started", ...of },
    { kind: "checkpoint.paused", ...of },
    { kind: "checkpoint.collected", ...of, pages: 3 },
    { kind: "checkpoint.copied", ...of, pages: 3, digest },
    { kind: "checkpoint.resumed", ...of, pauseNs },
    { kind: "group.sent", ...of, group: 0, pages: 3, bytes: groupBytes },
    { kind: "commit.sent", ...of, pages: 3, bytes: commitBytes },
    { kind: "checkpoint.acknowledged", ...of, pages: 3, bytes: groupBytes + commitBytes },
    { kind: "output.released", ...of, bytes: 11, protected: true },
  ]);
});

test("checkpoint costs: what one checkpoint was is not counted to the next", () => {
  const on = pageRig();
  on.start();
  for (const epoch of [2, 3]) {
    on.engine.run({ until: ms(10 * epoch - 11) });
    on.request(1, 2);
    on.engine.run({ until: ms(10 * epoch - 5) });
    expect(on.said(epoch).find(({ kind }) => kind === "commit.sent")).toMatchObject({ pages: 2 });
  }
  const [second, third] = [2, 3].map((epoch) =>
    on.said(epoch).find(({ kind }) => kind === "checkpoint.acknowledged"),
  );
  expect(third?.["bytes"]).toBe(second?.["bytes"]);
});

test("checkpoint costs: a stop takes what the profile says, step by step", () => {
  const on = pageRig({}, { pages: 64, unseenPages: 8, bootPages: 5 });
  on.start();
  on.engine.run({ until: ms(9) });
  on.request(3, 4, 50, 64, 65, 66, 67);
  on.engine.run({ until: ms(19) });
  on.request(3, 4, 64);
  on.engine.run({ until: ms(25) });
  const { suspendNs, epochFixedNs, copyPageNs, resumeNs } = COSTS;
  expect(on.betweenNs("checkpoint.started", "checkpoint.paused")).toBe(suspendNs + epochFixedNs);
  // 64 dirty flags are looked at, four pages compared with their copies, three pages found.
  const { tlbInvalidateNs, collectPageNs, comparePageNs, clearPageNs } = COSTS;
  expect(on.betweenNs("checkpoint.paused", "checkpoint.collected")).toBe(
    tlbInvalidateNs + 64 * collectPageNs + 4 * comparePageNs + 3 * clearPageNs,
  );
  expect(on.betweenNs("checkpoint.collected", "checkpoint.copied")).toBe(3 * copyPageNs);
  expect(on.betweenNs("checkpoint.copied", "checkpoint.resumed")).toBe(resumeNs);
});

test("checkpoint costs: a group is made and sent by the processor before it is on the wire", () => {
  const on = pageRig();
  on.start();
  on.engine.run({ until: ms(9) });
  on.request(3, 4, 50);
  const onWireNs: number[] = [];
  on.engine.trace.addSink({
    record(atNs, _position, { kind, from, bytes }) {
      if (kind === "link.sent" && from === "a" && Number(bytes) > 3 * 4096) onWireNs.push(atNs);
    },
  });
  on.engine.run({ until: ms(15) });
  const { encodePageNs, sendPageNs } = COSTS;
  expect(onWireNs).toEqual([on.lastNs("checkpoint.resumed") + 3 * (encodePageNs + sendPageNs)]);
});

test("checkpoint costs: on a host with half a processor a stop takes twice as long", () => {
  const pauseNs = (share: number): number => {
    const on = pageRig();
    on.a.setProcessorShare(share);
    on.start();
    on.engine.run({ until: ms(15) });
    return Number(on.said(2).find(({ kind }) => kind === "checkpoint.resumed")?.["pauseNs"]);
  };
  expect(pauseNs(0.5)).toBe(2 * pauseNs(1));
});

test("checkpoint costs: the secondary pays for the end of the transfer and for applying pages", () => {
  const on = rig({ interval: ms(10) }, { image: pageMachine(), profile: COSTS });
  start(on);
  const receiver = new Receiver(on.secondary, on.settings);
  on.engine.spawn("reception", on.b.owner, () => receiver.run());
  const arrivedNs: number[] = [];
  on.engine.trace.addSink({
    record(atNs, _position, { kind, to }) {
      if (kind === "link.delivered" && to === "b") arrivedNs.push(atNs);
    },
  });
  on.engine.run({ until: ms(9) });
  on.request(...Array.from({ length: 31 }, (_, page) => page));
  on.engine.run({ until: ms(15) });
  const of = { machine: "m", host: "b", term: 1, epoch: 2 };
  const said = on.records().filter(({ host, epoch }) => host === "b" && epoch === 2);
  const digest = stateDigest(on.running.digest, on.running.vm.guest.saveRegisters());
  expect(said).toEqual([
    { kind: "group.staged", ...of, group: 0, pages: 15 },
    { kind: "group.staged", ...of, group: 1, pages: 15 },
    { kind: "group.staged", ...of, group: 2, pages: 1 },
    { kind: "checkpoint.committed", ...of, pages: 31 },
    { kind: "acknowledgement.sent", ...of },
    { kind: "group.applied", ...of, pages: 15, left: 16 },
    { kind: "group.applied", ...of, pages: 15, left: 1 },
    { kind: "group.applied", ...of, pages: 1, left: 0 },
    { kind: "checkpoint.applied", ...of, pages: 31, digest },
  ]);
  const committedNs = on.lastNs("checkpoint.committed");
  expect(arrivedNs).toContain(committedNs - COSTS.transferFixedNs);
  expect(on.lastNs("checkpoint.applied") - on.lastNs("acknowledgement.sent")).toBe(
    31 * COSTS.applyPageNs,
  );
});
