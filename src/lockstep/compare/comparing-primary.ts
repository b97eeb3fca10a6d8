import { Checkpointer } from "../../checkpoint/checkpointer.ts";
import type { PrimarySide } from "../../checkpoint/primary-side.ts";
import type { ReliableStream } from "../../host/reliable-stream.ts";
import type { PageSet } from "../../memory/page-set.ts";
import { assert } from "../../sim/assert.ts";
import type { Process, ProcessHandle } from "../../sim/process.ts";
import type { CompareMessage } from "./compare-message.ts";
import { type ComparedPacket, connectionOf, numberOf } from "./compared-packet.ts";
import { Comparer } from "./comparer.ts";
import type { ComparisonEvents, DivergenceReason } from "./connection.ts";
import { decodeCompareMessage } from "./decode-message.ts";
import { EventLog } from "./event-log.ts";
import type { CompareSettings } from "./options.ts";
import { Outbox } from "./outbox.ts";
import type { OutputHold } from "./output-hold.ts";
import { factsOf } from "./packet-facts.ts";
import { ProtectedMemory } from "./protected-memory.ts";
import type { CompareRecord } from "./records.ts";
import { Regulation } from "./regulation.ts";
import { SharedDigest } from "./shared-digest.ts";
import { WrittenPages } from "./written-pages.ts";

/**
 * The primary's part of comparing: it copies each input to the stand-by, in its order, holds each packet
 * until the stand-by's machine has sent the same or a checkpoint covers it, and asks for one when the two
 * machines differ.
 *
 * Sources: COLO (Dong et al., SoCC'13; QEMU, docs/COLO-FT.txt), US11429466, US11641395; with the comparison at
 * the stand-by US8201169.
 */
export class ComparingPrimary {
  readonly #side: PrimarySide;
  readonly #settings: CompareSettings;
  readonly #stream: ReliableStream;
  readonly #checkpointer: Checkpointer;
  readonly #outbox: Outbox;
  readonly #hold: OutputHold & (Comparer | EventLog);
  readonly #regulation: Regulation;
  readonly #written: WrittenPages;
  readonly #protected: ProtectedMemory;
  readonly #processes: ProcessHandle[] = [];
  /** What checkpoints cover that are not acknowledged. */
  #covered: ComparedPacket[] = [];
  /** The last checkpoint taken, 0 before there is any. */
  #epoch = 0;
  #inputs = 0;
  #outputs = 0;

  /** @throws StandinTypeError when a part of the checkpoints cannot serve such a machine. */
  constructor(side: PrimarySide, settings: CompareSettings) {
    const { engine, host, vm, term, moreStreams = [] } = side;
    const own = moreStreams.at(-1);
    assert(own !== undefined, "a stream is there for what is compared");
    this.#side = side;
    this.#settings = settings;
    this.#stream = own;
    this.#outbox = new Outbox({ engine, host, machine: vm.name, term, stream: own });
    this.#regulation = new Regulation(side, settings);
    this.#written = new WrittenPages(engine, vm.guest.memory);
    this.#hold = this.#createHold();
    const { memory } = vm.guest;
    this.#protected = new ProtectedMemory(host, memory, settings.protectedMemory);
    const digest = new SharedDigest(memory, this.#protected.pages);
    const checkpointSide = { ...side, digest, moreStreams: moreStreams.slice(0, -1) };
    this.#checkpointer = new Checkpointer(checkpointSide, settings.checkpoint, {
      holdsOutput: false,
      standsUntilCommitted: settings.resumeAt === "acknowledged",
      addPages: (dirty, epoch) => this.#compose(dirty, epoch),
      taken: (epoch) => this.#taken(epoch),
      committed: (epoch) => this.#committed(epoch),
    });
  }

  /** Replicates for ever. Returns only when the secondary keeps refusing a checkpoint. */
  *run(): Process<"refused"> {
    const { engine, host, vm } = this.#side;
    const label = `${vm.name} on ${host.name}: compare`;
    this.#processes.push(
      engine.spawn(`${label} out`, host.owner, () => this.#outbox.run()),
      engine.spawn(`${label} in`, host.owner, () => this.#listen()),
      engine.spawn(`${label} scan`, host.owner, () => this.#scan()),
    );
    vm.onDelivered((packet) => this.#forward(packet));
    return yield* this.#checkpointer.run();
  }

  /** Protection has ended and {@link run} was killed: what is held is the gate's to hold again. */
  end(): void {
    const { vm, gate } = this.#side;
    for (const process of this.#processes) process.kill();
    this.#checkpointer.end();
    vm.onDelivered();
    gate.delegate();
    const held = [...this.#covered, ...this.#hold.flush()];
    for (const { packet, epoch } of held) gate.takeBack(packet, epoch);
  }

  #createHold(): Comparer | EventLog {
    const { comparedAt, queuePackets, timeoutNs, isSequenced, broken } = this.#settings;
    const events: ComparisonEvents = {
      matched: (packet) => this.#release(packet),
      dropped: ({ epoch, order }) => void this.#outbox.offer({ type: "same", epoch, order }),
      diverged: (packet, reason) => this.#diverged(packet, reason),
    };
    if (comparedAt === "stand-by") {
      const send = ({ epoch, order, packet }: ComparedPacket): boolean =>
        this.#outbox.offer({ type: "output", epoch, order, packet });
      return new EventLog({ mostEvents: queuePackets, timeoutNs, send }, events);
    }
    const { skipOnTimeout = false } = broken;
    return new Comparer(
      { isSequenced, mostPackets: queuePackets, timeoutNs, skipOnTimeout },
      events,
    );
  }

  /** The composite list: what either machine has written, without what is each host's own. */
  *#compose(dirty: PageSet, epoch: number): Process {
    yield* this.#written.addTo(dirty, epoch, this.#outbox, this.#settings);
    this.#protected.leaveOut(dirty);
  }

  /** An input has gone into the machine: the stand-by's gets the same. */
  #forward(packet: Uint8Array): void {
    this.#inputs += 1;
    // The first checkpoint has what came before it.
    if (this.#epoch === 0) return;
    const isSent = this.#outbox.offer({
      ...{ type: "input", order: this.#inputs, packet: packet.slice() },
    });
    // One that is lost is in the next checkpoint.
    if (!isSent) this.#regulation.ask();
  }

  /** The machine has sent a packet. */
  #output(packet: Uint8Array, epoch: number): void {
    this.#outputs += 1;
    const atNs = this.#side.host.clock.monotonic();
    const held = { from: "primary", order: this.#outputs, epoch, packet, atNs } as const;
    if (this.#settings.broken.releaseBeforeComparison === true) this.#release(held);
    else this.#hold.addPrimary(held);
  }

  /** The machine stands still in the state of a checkpoint: it covers what was sent so far. */
  #taken(epoch: number): void {
    const { gate } = this.#side;
    this.#epoch = epoch;
    this.#covered.push(...this.#hold.flush());
    gate.begin(epoch + 1);
    gate.delegate((packet, of) => this.#output(packet, of));
    this.#outbox.put({ type: "cut", epoch, inputs: this.#inputs });
    this.#regulation.taken();
    if (this.#settings.releaseOutputAt === "stop") this.#releaseCovered();
  }

  #committed(epoch: number): void {
    assert(epoch === this.#epoch, "a checkpoint is taken when the one before is acknowledged");
    this.#releaseCovered();
    // Of what its delegate does not hold there is nothing; but it is known from here on that it may leave.
    this.#side.gate.release(epoch);
    this.#hold.goOn();
    this.#regulation.committed();
  }

  #releaseCovered(): void {
    for (const { packet, epoch } of this.#covered) this.#side.gate.letOut(packet, epoch);
    this.#covered = [];
  }

  #release({ packet, epoch }: ComparedPacket): void {
    const { engine, gate } = this.#side;
    this.#regulation.note(packet.length, true);
    const facts = factsOf(packet, this.#settings.isSequenced);
    engine.trace.emit<CompareRecord>({ kind: "output.matched", ...facts, ...this.#of(epoch) });
    gate.letOut(packet, epoch);
  }

  #diverged({ packet, epoch }: ComparedPacket, reason: DivergenceReason): void {
    const similarityPpm = this.#regulation.note(packet.length, false);
    this.#side.engine.trace.emit<CompareRecord>({
      kind: "output.diverged",
      client: connectionOf(packet),
      number: numberOf(packet),
      reason,
      similarityPpm,
      ...this.#of(epoch),
    });
    this.#regulation.diverged(reason);
  }

  *#listen(): Process<never> {
    const { host } = this.#side;
    for (;;) {
      const message = decodeCompareMessage(yield* this.#stream.receive());
      // What is unreadable is missed: an answer that does not come is one that differs.
      if (message === undefined) continue;
      yield* host.compute(host.profile.comparePacketNs);
      this.#take(message);
    }
  }

  #take(message: CompareMessage): void {
    const hold = this.#hold;
    if (message.type === "written") this.#written.take(message);
    // Of the state before a checkpoint there is nothing left to compare.
    else if (!("epoch" in message) || message.epoch !== this.#epoch + 1) return;
    else if (message.type === "output" && hold instanceof Comparer) {
      const { order, epoch, packet } = message;
      const atNs = this.#side.host.clock.monotonic();
      hold.addSecondary({ from: "stand-by", order, epoch, packet, atNs });
    } else if (message.type === "same" && hold instanceof EventLog) hold.same(message.order);
    else if (message.type === "differs" && hold instanceof EventLog) {
      const packet = hold.pending(message.order);
      if (packet === undefined) this.#regulation.diverged(message.reason);
      else this.#diverged(packet, message.reason);
    }
  }

  *#scan(): Process<never> {
    const { clock } = this.#side.host;
    for (;;) {
      yield* clock.sleep(this.#settings.scanNs);
      const nowNs = clock.monotonic();
      this.#hold.expire(nowNs);
      this.#regulation.look(nowNs);
    }
  }

  #of(epoch: number): { machine: string; host: string; term: number; epoch: number } {
    const { vm, host, term } = this.#side;
    return { machine: vm.name, host: host.name, term, epoch };
  }
}
