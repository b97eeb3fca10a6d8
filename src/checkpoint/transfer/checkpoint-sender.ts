import type { ReliableStream } from "../../host/reliable-stream.ts";
import { assert } from "../../sim/assert.ts";
import { Condition } from "../../sim/condition.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import { chainCheck } from "../chain-check.ts";
import { decodeMessage } from "../decode-message.ts";
import type { PageEncoder } from "../encode/page-encoder.ts";
import { encodeCommit, encodeContents, encodeGroup, encodeNotice } from "../encode-message.ts";
import type { EpochSteps } from "../epoch-steps.ts";
import type { CommitMessage } from "../message.ts";
import type { CheckpointSettings } from "../options.ts";
import { GROUP_PAGES_MAX, type PageCopy } from "../page-group.ts";
import type { PrimarySide } from "../primary-side.ts";
import { EncodeCost } from "./encode-cost.ts";
import { Lane } from "./lane.ts";
import { RateLimit } from "./rate-limit.ts";

/** A group that was made, kept until the checkpoint is acknowledged. */
interface SentGroup {
  readonly group: number;
  readonly pages: number;
  readonly bytes: Uint8Array;
  readonly check: number;
  /** The sender's processor time for it. */
  readonly sendNs: Nanoseconds;
}

/** What a commit record says beside what the sender knows. */
export type CommitContents = Pick<CommitMessage, "regionPages" | "registers" | "complete">;

/** Sends one checkpoint after the other, and keeps each until the secondary has it. */
export class CheckpointSender {
  readonly #side: PrimarySide;
  readonly #settings: CheckpointSettings;
  readonly #steps: EpochSteps;
  readonly #encoder: PageEncoder;
  readonly #cost: EncodeCost;
  readonly #limit: RateLimit;
  /** Without any a group is made when the one before has left; else the wires take what is sent. */
  readonly #lanes: readonly Lane<SentGroup>[];
  readonly #wires: readonly Lane<SentGroup>[];
  /** Notified when a group has left. */
  readonly #left: Condition;
  #inFlight = 0;
  #groups: SentGroup[] = [];
  /** The records that end the checkpoint. */
  #end: Uint8Array[] = [];

  constructor(side: PrimarySide, settings: CheckpointSettings, steps: EpochSteps) {
    const { engine, host, vm, stream, moreStreams = [] } = side;
    const { inFlight, streams, bitsPerSecond } = settings.transfer;
    assert(moreStreams.length === streams - 1, "there are as many streams as were asked for");
    this.#side = side;
    this.#settings = settings;
    this.#steps = steps;
    this.#encoder = side.encoders.of(settings.encode);
    this.#cost = new EncodeCost(this.#encoder.work, host.profile);
    this.#limit = new RateLimit(host, bitsPerSecond);
    this.#left = new Condition(engine, `${vm.name} on ${host.name}: group left`);
    const all = inFlight === 1 ? [] : [stream, ...moreStreams];
    const label = `${vm.name} on ${host.name}: groups for`;
    this.#wires = all.map(
      (each) =>
        new Lane(engine, `${label} wire ${each.port}`, host.owner, (group) =>
          this.#leaveOn(each, group),
        ),
    );
    this.#lanes = all.map(
      (each, index) =>
        new Lane(engine, `${label} ${each.port}`, host.owner, (group) => this.#leave(index, group)),
    );
  }

  /** Pages sent with the checkpoint under way. */
  get pages(): number {
    return this.#groups.reduce((sum, { pages }) => sum + pages, 0);
  }

  /** Bytes of all its messages. */
  get bytes(): number {
    const groups = this.#groups.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return this.#end.reduce((sum, { length }) => sum + length, groups);
  }

  /** Begins a checkpoint; the one before is acknowledged. */
  begin(): void {
    assert(this.#inFlight === 0, "a checkpoint begins when the one before has left");
    this.#groups = [];
    this.#end = [];
    this.#encoder.beginEpoch(this.#steps.epoch);
  }

  /** Sends pages in groups; returns when there is room for more. */
  *send(pages: readonly PageCopy[]): Process {
    for (let from = 0; from < pages.length; from += GROUP_PAGES_MAX) {
      yield* this.#sendGroup(pages.slice(from, from + GROUP_PAGES_MAX));
    }
  }

  /** Asks the secondary to come to rest; returns when it says that it has. */
  *prepare(): Process {
    const { stream, term } = this.#side;
    const epoch = this.#wireEpoch;
    yield* stream.send(encodeNotice({ type: "prepare", term, epoch }));
    for (;;) {
      const answer = decodeMessage(yield* stream.receive());
      if (answer?.type === "ready" && answer.term === term && answer.epoch === epoch) return;
    }
  }

  /** Ends the checkpoint, when all its groups have left; returns the length of the commit record. */
  *commit(contents: CommitContents): Process<number> {
    const { term, stream } = this.#side;
    const checks = this.#groups.map(({ check }) => check);
    const epoch = this.#wireEpoch;
    const { regionPages, registers, complete } = contents;
    const [groupCount, check] = [checks.length, chainCheck(checks)];
    const record = encodeCommit({
      ...{ term, epoch, groupCount, check, regionPages, registers, complete: complete !== false },
    });
    const { transfer } = this.#settings;
    this.#end = transfer.contents ? [encodeContents({ term, epoch, checks }), record] : [record];
    yield* this.#allLeft();
    for (const message of this.#end) yield* this.#put(stream, message);
    return record.length;
  }

  /** Waits until the secondary has the checkpoint; sends it, or what is missing of it, again if it asks. */
  *acknowledgement(): Process<"acknowledged" | "refused"> {
    const { stream, term } = this.#side;
    let refusals = 0;
    for (;;) {
      const answer = decodeMessage(yield* stream.receive());
      if (answer?.term !== term || answer.epoch !== this.#wireEpoch) continue;
      if (answer.type === "acknowledge") {
        if (answer.feedback !== undefined) this.#encoder.learn(answer.feedback);
        return "acknowledged";
      }
      if (answer.type !== "reject" && answer.type !== "missing") continue;
      const isWhole = answer.type === "reject";
      const reason = isWhole ? "refused by the secondary" : "groups missing at the secondary";
      yield* this.#steps.announce("checkpoint.aborted", { reason });
      refusals += 1;
      if (refusals > this.#settings.resends) return "refused";
      yield* this.#resend(isWhole ? undefined : new Set(answer.groups));
    }
  }

  /** Protection ends: sends nothing more, and forgets what the secondary had. */
  close(): void {
    for (const lane of [...this.#lanes, ...this.#wires]) lane.close();
    this.#encoder.forget();
  }

  /** The number that messages carry. */
  get #wireEpoch(): number {
    const { epoch } = this.#steps;
    return this.#settings.broken.reuseEpochNumber ? (epoch + 1) >> 1 : epoch;
  }

  *#sendGroup(copies: readonly PageCopy[]): Process {
    const { host, term, stream } = this.#side;
    const { inFlight } = this.#settings.transfer;
    if (this.#inFlight >= inFlight) {
      yield* this.#left.until(() => this.#inFlight < inFlight);
    }
    const group = this.#groups.length;
    const { bytes, check } = encodeGroup(
      { term, epoch: this.#wireEpoch, group, pages: copies },
      this.#encoder,
    );
    const { encodeNs, sendNs } = this.#cost.take();
    const made: SentGroup = { group, pages: copies.length, bytes, check, sendNs };
    this.#groups.push(made);
    this.#inFlight += 1;
    if (this.#lanes.length === 0) {
      yield* host.compute(encodeNs + sendNs);
      yield* this.#leaveOn(stream, made);
    } else {
      yield* host.compute(encodeNs);
      yield* this.#lanes[group % this.#lanes.length]!.put(made);
    }
  }

  /** On a lane: beside the making of the next group, and beside the one before being on the wire. */
  *#leave(lane: number, group: SentGroup): Process {
    yield* this.#side.host.compute(group.sendNs);
    yield* this.#wires[lane]!.put(group);
  }

  *#leaveOn(stream: ReliableStream, { group, pages, bytes }: SentGroup): Process {
    yield* this.#put(stream, bytes);
    this.#inFlight -= 1;
    this.#left.notify();
    yield* this.#steps.announce("group.sent", { group, pages, bytes: bytes.length });
  }

  *#allLeft(): Process {
    if (this.#inFlight > 0) yield* this.#left.until(() => this.#inFlight === 0);
  }

  /** The same bytes again: what they say is said once. */
  *#resend(missing?: ReadonlySet<number>): Process {
    const { stream, moreStreams = [] } = this.#side;
    const streams = [stream, ...moreStreams];
    for (const { group, bytes } of this.#groups) {
      if (missing !== undefined && !missing.has(group)) continue;
      yield* this.#put(streams[this.#lanes.length === 0 ? 0 : group % streams.length]!, bytes);
    }
    for (const message of this.#end) yield* this.#put(stream, message);
  }

  /** Whatever is sent keeps to the rate, the first time and again. */
  *#put(stream: ReliableStream, message: Uint8Array): Process {
    yield* this.#limit.pass(message.length);
    yield* stream.send(message);
  }
}
