import type { CommitMessage } from "../../checkpoint/message.ts";
import { Receiver } from "../../checkpoint/receiver.ts";
import type { SecondarySide } from "../../checkpoint/secondary-side.ts";
import type { ReliableStream } from "../../host/reliable-stream.ts";
import { assert } from "../../sim/assert.ts";
import { Condition } from "../../sim/condition.ts";
import type { Process, ProcessHandle } from "../../sim/process.ts";
import { type CompareMessage, LIST_PAGES_MAX } from "./compare-message.ts";
import { decodeCompareMessage } from "./decode-message.ts";
import { EventLookup } from "./event-lookup.ts";
import { InputFeed } from "./input-feed.ts";
import type { CompareSettings } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { factsOf } from "./packet-facts.ts";
import type { CompareRecord } from "./records.ts";
import { RunningStandBy } from "./running-stand-by.ts";
import { SharedDigest } from "./shared-digest.ts";
import { SilentOutput } from "./silent-output.ts";

/** Cuts of checkpoints that are yet to be loaded: one is taken when the one before has arrived. */
const CUTS_MAX = 4;

/**
 * The stand-by's part of comparing: its machine runs on the primary's inputs, what it sends is compared and
 * not sent, and a checkpoint puts it into the primary's state. See `ComparingPrimary` for the sources.
 *
 * If the primary is gone the machine goes on as it is: whatever the primary has released, this machine
 * has sent, too, or a checkpoint covers it. What was staged of a checkpoint is forgotten; one that was
 * committed is loaded, for what it covers the primary may have released.
 */
export class ComparingSecondary {
  readonly #side: SecondarySide;
  readonly #settings: CompareSettings;
  readonly #stream: ReliableStream;
  readonly #receiver: Receiver;
  readonly #standBy: RunningStandBy;
  readonly #feed: InputFeed;
  /** Of the memory that is the same on both hosts. */
  readonly digest: SharedDigest;
  readonly #outbox: Outbox;
  readonly #silent: SilentOutput;
  /** Compares here, if the primary does not. */
  readonly #lookup: EventLookup | undefined;
  readonly #processes: ProcessHandle[] = [];
  /** How many inputs are in the state of a checkpoint. */
  readonly #cuts: Map<number, number> = new Map();
  readonly #cutArrived: Condition;
  #outputs = 0;
  #isClosed = false;
  #runsOn = false;

  /** @throws StandinTypeError when a part cannot serve such a machine. */
  constructor(side: SecondarySide, settings: CompareSettings) {
    const { engine, host, machine, term, inbox, moreStreams = [] } = side;
    const own = moreStreams.at(-1);
    assert(own !== undefined, "a stream is there for what is compared");
    this.#side = side;
    this.#settings = settings;
    this.#stream = own;
    this.#outbox = new Outbox({ engine, host, machine, term, stream: own });
    this.#silent = new SilentOutput(side, settings.broken.sendDropped === true);
    this.#standBy = new RunningStandBy(side, settings);
    this.#feed = new InputFeed(inbox);
    this.#cutArrived = new Condition(engine, `${machine} on ${host.name}: cut`);
    if (settings.comparedAt === "stand-by") {
      const drop = (order: number): void => this.#silent.drop(order);
      this.#lookup = new EventLookup(settings, this.#outbox, drop);
    }
    this.digest = new SharedDigest(side.vm.guest.memory, this.#standBy.protectedPages);
    const checkpointSide = { ...side, digest: this.digest, moreStreams: moreStreams.slice(0, -1) };
    this.#receiver = new Receiver(checkpointSide, settings.checkpoint, {
      beforeCommit: (commit) => this.#beforeCommit(commit),
      beforeApply: (commit) => this.#standBy.undo(commit),
      afterApply: (commit) => this.#applied(commit),
    });
  }

  /** True if the machine goes on in its own state when its host takes over. */
  get runsOn(): boolean {
    return this.#runsOn;
  }

  /** Receives for ever; whoever promotes the secondary kills this process first. */
  *run(): Process<never> {
    const { engine, host, machine, vm, gate } = this.#side;
    gate.delegate((packet) => this.#output(packet));
    vm.onDelivered(() => this.#feed.delivered());
    const label = `${machine} on ${host.name}: compare`;
    this.#processes.push(
      engine.spawn(`${label} out`, host.owner, () => this.#outbox.run()),
      engine.spawn(`${label} in`, host.owner, () => this.#listen()),
    );
    if (this.#lookup !== undefined) {
      this.#processes.push(engine.spawn(`${label} scan`, host.owner, () => this.#scan()));
    }
    return yield* this.#receiver.run();
  }

  /** Ends what runs beside {@link ComparingSecondary.run}, which was killed. The machine runs on, silent. */
  close(): void {
    this.#isClosed = true;
    for (const process of this.#processes) process.kill();
    this.#receiver.close();
  }

  /** Brings the machine to the state that it goes on from: its own, or a committed checkpoint's. */
  *settle(): Process {
    const { epoch } = this.#side.image;
    this.#runsOn = this.#standBy.loadedEpoch === epoch;
    if (!this.#runsOn) yield* this.#standBy.undoCommitted();
    yield* this.#receiver.settle();
    if (!this.#runsOn) {
      yield* this.#standBy.patch();
      yield* this.#noteLoaded(epoch);
      this.#goOnBehind(epoch);
    }
    this.#standBy.end();
  }

  /** The host serves: what its machine has sent and nobody else has, leaves. */
  serve(): void {
    this.#silent.takeOver();
  }

  /** The machine has sent a packet; its card sends nothing. */
  #output(packet: Uint8Array): void {
    const { engine, machine, host, term } = this.#side;
    this.#outputs += 1;
    const order = this.#outputs;
    const epoch = this.#standBy.loadedEpoch + 1;
    const facts = factsOf(packet, this.#settings.isSequenced);
    const about = { machine, host: host.name, term, epoch, order };
    engine.trace.emit<CompareRecord>({ kind: "output.mirrored", ...facts, ...about });
    this.#silent.add(order, epoch, packet);
    if (this.#isClosed) return;
    const atNs = host.clock.monotonic();
    if (this.#lookup === undefined) this.#outbox.offer({ type: "output", epoch, order, packet });
    else this.#lookup.addOwn({ from: "stand-by", order, epoch, packet, atNs });
  }

  *#beforeCommit({ epoch }: CommitMessage): Process {
    yield* this.#standBy.stop();
    if (!this.#cuts.has(epoch)) yield* this.#cutArrived.until(() => this.#cuts.has(epoch));
  }

  *#applied({ epoch }: CommitMessage): Process {
    yield* this.#standBy.load(epoch);
    this.#goOnBehind(epoch);
    yield* this.#noteLoaded(epoch);
    this.#lookup?.goOn(epoch);
    this.#standBy.goOn();
  }

  #goOnBehind(epoch: number): void {
    const inputs = this.#cuts.get(epoch);
    assert(inputs !== undefined, "a checkpoint is committed when it is known what is in it");
    this.#silent.destroy();
    this.#feed.goOnBehind(inputs);
  }

  *#noteLoaded(epoch: number): Process {
    const { engine, machine, host, term, stream } = this.#side;
    const of = { machine, host: host.name, term, epoch, from: stream.peer };
    yield* engine.announce<CompareRecord>({ kind: "stand-by.loaded", ...of });
  }

  *#listen(): Process<never> {
    const { host } = this.#side;
    for (;;) {
      const message = decodeCompareMessage(yield* this.#stream.receive());
      // What is unreadable is missed: the machines differ then, and that is noticed.
      if (message === undefined) continue;
      if ("packet" in message) yield* host.compute(host.profile.comparePacketNs);
      if (message.type === "stop") yield* this.#tellWritten(message.epoch);
      else this.#take(message);
    }
  }

  #take(message: CompareMessage): void {
    if (message.type === "input") {
      const isTaken = this.#feed.add(message.order, message.packet);
      if (!isTaken) this.#differs();
    } else if (message.type === "cut") this.#cut(message.epoch, message.inputs);
    else if (message.type === "output") {
      const { epoch, order, packet } = message;
      const atNs = this.#side.host.clock.monotonic();
      this.#lookup?.addEvent({ from: "primary", order, epoch, packet, atNs });
    } else if (message.type === "same") {
      if (message.epoch === this.#standBy.loadedEpoch + 1) this.#silent.drop(message.order);
    }
  }

  #cut(epoch: number, inputs: number): void {
    this.#cuts.set(epoch, inputs);
    for (const [oldest] of this.#cuts) {
      if (this.#cuts.size <= CUTS_MAX) break;
      this.#cuts.delete(oldest);
    }
    this.#cutArrived.notify();
  }

  #differs(): void {
    const epoch = this.#standBy.loadedEpoch + 1;
    this.#outbox.offer({ type: "differs", epoch, order: 0, reason: "queue-full" });
  }

  *#tellWritten(epoch: number): Process {
    const pages = yield* this.#standBy.stopAndCollect(epoch);
    for (let from = 0; from === 0 || from < pages.length; from += LIST_PAGES_MAX) {
      const some = pages.slice(from, from + LIST_PAGES_MAX);
      const isLast = from + LIST_PAGES_MAX >= pages.length;
      this.#outbox.put({ type: "written", epoch, isLast, pages: some });
    }
  }

  *#scan(): Process<never> {
    const { clock } = this.#side.host;
    for (;;) {
      yield* clock.sleep(this.#settings.scanNs);
      this.#lookup?.expire(clock.monotonic());
    }
  }
}
