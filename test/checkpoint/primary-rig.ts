import { Checkpointer } from "../../src/checkpoint/checkpointer.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import { encodeAnswer, encodeMissing } from "../../src/checkpoint/encode-message.ts";
import type { Message } from "../../src/checkpoint/message.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import type { HardwareProfile } from "../../src/host/hardware-profile.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { ms } from "../../src/sim/time.ts";
import { type PageMachineOptions, pageMachine } from "./page-machine.ts";
import { rig } from "./rig.ts";

export type Rig = ReturnType<typeof rig>;

/** Starts the primary's side. */
export function start(on: Rig) {
  return protect(on).process;
}

/** Starts the primary's side; `end` ends it as the role of a primary does that lost its secondary. */
export function protect(on: Rig, term = 1) {
  const { vm } = on.running;
  if (!vm.started) vm.start();
  const checkpointer = new Checkpointer({ ...on.primary, term }, on.settings);
  const process = on.engine.spawn("replication", on.a.owner, () => checkpointer.run());
  const end = (): void => {
    process.kill();
    checkpointer.end();
    if (vm.paused) vm.resume();
    on.gate.open(term + 1);
  };
  return { process, end };
}

/** How a scripted secondary answers a commit record; a list names groups that it misses. */
export type Decision = "acknowledge" | "reject" | "silence" | readonly number[];

/** A secondary that answers each commit record as told, and keeps what it was sent. */
export function answer(on: Rig, decide: (commits: number) => Decision) {
  const messages: Message[] = [];
  for (const { b: stream } of on.lanes) {
    on.engine.spawn("lane", on.b.owner, function* () {
      for (;;) messages.push(decodeMessage(yield* stream.receive())!);
    });
  }
  on.engine.spawn("answers", on.b.owner, function* () {
    let commits = 0;
    for (;;) {
      const message = decodeMessage(yield* on.streams.b.receive());
      if (message === undefined) throw new Error("the primary sent something unreadable");
      messages.push(message);
      if (message.type !== "commit") continue;
      commits += 1;
      const decision = decide(commits);
      const { term, epoch } = message;
      if (decision === "silence") continue;
      yield* on.streams.b.send(
        typeof decision === "string"
          ? encodeAnswer({ type: decision, term, epoch })
          : encodeMissing({ term, epoch, groups: decision }),
      );
    }
  });
  return messages;
}

/** Costs that no two sums of are alike. */
export const COSTS: HardwareProfile = {
  ...modern,
  suspendNs: 1_000,
  epochFixedNs: 20_000,
  tlbInvalidateNs: 3_000,
  collectPageNs: 7,
  clearPageNs: 110,
  comparePageNs: 1_300,
  copyPageNs: 170,
  resumeNs: 5_000,
  encodePageNs: 190,
  differencePageNs: 310,
  keepPageNs: 130,
  sendPageNs: 230,
  transferFixedNs: 13_000,
  applyPageNs: 370,
  writeFaultNs: 1_900,
  ringStopNs: 4_100,
  patchPageNs: 410,
  swapPageNs: 830,
  diskWritePageNs: 9_100,
};

/** Checkpoints every 10 ms of a machine of bare pages, each of them acknowledged. */
export function pageRig(
  options: CheckpointOptions = {},
  machine: PageMachineOptions = {},
  decide: (commits: number) => Decision = () => "acknowledge",
) {
  const on = rig({ interval: ms(10), ...options }, { image: pageMachine(machine), profile: COSTS });
  const messages = answer(on, decide);
  return {
    ...on,
    messages,
    start: () => start(on),
    protect: (term?: number) => protect(on, term),
    /** What was said of an epoch, in order. */
    said: (epoch: number) => on.records().filter((record) => record["epoch"] === epoch),
    /** Numbers of the pages that were sent with an epoch, group by group. */
    groups: (epoch: number): number[][] =>
      messages
        .filter((message) => message.type === "group")
        .filter((message) => message.epoch === epoch)
        .map((message) => message.pages.map(({ page }) => page)),
    /** From one kind of record to the next, the newest of each. */
    betweenNs: (from: string, to: string): number => on.lastNs(to) - on.lastNs(from),
  };
}
