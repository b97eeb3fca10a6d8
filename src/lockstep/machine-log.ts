import type { PrimarySide } from "../checkpoint/primary-side.ts";
import { stateDigest } from "../checkpoint/state-digest.ts";
import type { ReliableStream } from "../host/reliable-stream.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { assert } from "../sim/assert.ts";
import { Condition } from "../sim/condition.ts";
import type { Process, ProcessHandle } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { Signal } from "../sim/signal.ts";
import type { DiskReads } from "./disk-reads.ts";
import { diskBytes, type StretchEntry } from "./log-entry.ts";
import type { DivergedMessage } from "./log-message.ts";
import { type LogListener, LogSender } from "./log-sender.ts";
import type { LogDefects } from "./options.ts";
import { Recorder } from "./recorder.ts";
import type { LockstepRecord } from "./records.ts";

/** From one position whose state is hashed for the checks to the next; the same on both sides. */
export const DIGEST_POSITIONS = 16;

/** What a log of a machine is made of. */
export interface MachineLogOptions {
  readonly side: PrimarySide;
  /** Of the log alone, to the secondary and back. */
  readonly stream: ReliableStream;
  readonly bufferBytes: number;
  readonly diskReads: DiskReads;
  /** Told when the buffer is full, at each boundary. */
  readonly full?: () => void;
  readonly diverged: (message: DivergedMessage) => void;
  readonly sent?: LogListener["sent"];
  readonly replayed?: LogListener["replayed"];
  /** Whether a packet that the machine sends shows an error; then nothing after it is logged or released. */
  readonly isError?: ((packet: Uint8Array) => boolean) | undefined;
  readonly broken: LogDefects;
}

/**
 * The log of a machine that runs: recorded on its virtual processor, shipped, and the measure of its output
 * (VMware FT, 2010, the output rule): what a stretch has sent belongs to its position, and leaves when the
 * secondary has acknowledged the log up to it.
 */
export class MachineLog {
  readonly #options: MachineLogOptions;
  readonly #sender: LogSender;
  readonly #recorder: () => Recorder;
  /** Positions of marks, by epoch. */
  readonly #marks = new Map<number, number>();
  /** Notified when the buffer may have room. */
  readonly #drained: Condition;
  readonly #ended: Signal;
  #processes: ProcessHandle<never>[] = [];
  #isBegun = false;
  #failedAt = Number.POSITIVE_INFINITY;
  /** Events of the last stretch, which are paid for when it is over. */
  #events = 0;
  /** Bytes of its disk that the last stretch has copied into the log. */
  #copiedBytes = 0;

  constructor(options: MachineLogOptions) {
    const { side, stream, diskReads, diverged, broken } = options;
    const { engine, host, vm } = side;
    this.#options = options;
    this.#drained = new Condition(engine, `${vm.name} on ${host.name}: log drained`);
    this.#ended = new Signal(engine, `${vm.name} on ${host.name}: log ended`);
    this.#sender = new LogSender(side, stream, {
      stored: (position) => this.#release(position),
      replayed: (position) => options.replayed?.(position),
      sent: (position) => options.sent?.(position),
      diverged,
    });
    const take = (entry: StretchEntry, sent: readonly Uint8Array[]) => this.#take(entry, sent);
    this.#recorder = () =>
      new Recorder({ guest: vm.guest, take, diskReads, exit: () => this.#exit(), broken });
  }

  /** Position of the newest entry. */
  get position(): number {
    return this.#sender.log.last;
  }

  /** True once the machine has sent what is an error: from then on it stands still. */
  get failed(): boolean {
    return this.#failedAt < Number.POSITIVE_INFINITY;
  }

  /** Begins to ship what will be recorded. */
  start(): void {
    const { engine, host, vm } = this.#options.side;
    const spawn = (name: string, body: () => Process<never>) =>
      engine.spawn(`${vm.name} on ${host.name}: ${name}`, host.owner, body);
    this.#processes = [
      spawn("log sender", () => this.#sender.send()),
      spawn("log listener", () => this.#sender.listen()),
    ];
  }

  /**
   * The machine stands still in the state of a checkpoint: the log goes on from it. With the first one
   * recording begins, and output is held.
   */
  mark(epoch: number): void {
    const { vm } = this.#options.side;
    if (!this.#isBegun) {
      this.#isBegun = true;
      vm.setTap(this.#recorder());
    }
    const position = this.#sender.add({ type: "mark", epoch });
    this.#marks.set(epoch, position);
    this.#emit({ kind: "log.marked", epoch, ...this.#at(position) });
    this.#options.side.gate.begin(position + 1, "log");
  }

  /** The secondary has the checkpoint: what led to it can no longer be lost, log or not. */
  committed(epoch: number): void {
    const position = this.#marks.get(epoch);
    assert(position !== undefined, "what is committed was marked");
    for (const known of this.#marks.keys()) if (known <= epoch) this.#marks.delete(known);
    this.#release(position);
  }

  /** Records and ships no more; a processor that stands still for the log goes on. */
  end(): void {
    for (const process of this.#processes) process.kill();
    this.#options.side.vm.setTap();
    this.#ended.set();
  }

  #take(entry: StretchEntry, sent: readonly Uint8Array[]): void {
    const { side, isError } = this.#options;
    const position = this.#sender.add(entry);
    this.#events = 1 + (entry.input === undefined ? 0 : 1) + entry.answers.length;
    this.#copiedBytes = diskBytes(entry);
    if (position % DIGEST_POSITIONS === 0) {
      const digest = stateDigest(side.digest, side.vm.guest.saveRegisters());
      this.#emit({ kind: "stretch.recorded", digest, ...this.#at(position) });
    }
    if (this.#failedAt < position || isError === undefined || !sent.some(isError)) return;
    this.#failedAt = position;
    this.#emit({ kind: "output.failed", ...this.#at(position) });
    this.#sender.fail(position);
  }

  *#exit(): Process {
    const { side, broken } = this.#options;
    const { host, gate } = side;
    gate.begin(this.position + 1, "log");
    if (broken.releaseBeforeStored === true) gate.release(this.position);
    const { recordEventNs, copyPageNs } = host.profile;
    const copyNs = Math.ceil((this.#copiedBytes * copyPageNs) / PAGE_SIZE);
    yield* host.compute(this.#events * recordEventNs + copyNs);
    if (this.failed) yield* race({ stop: side.vm.pauseAsked(), ended: this.#ended.wait() });
    else if (this.#isFull()) yield* this.#waitForRoom();
  }

  /** The processor stands still until there is room, or somebody else wants it to stand still. */
  *#waitForRoom(): Process {
    const { side, full } = this.#options;
    this.#emit({ kind: "log.full", bytes: this.#sender.log.bytes, ...this.#at(this.position) });
    full?.();
    yield* race({
      room: this.#drained.until(() => !this.#isFull()),
      stop: side.vm.pauseAsked(),
      ended: this.#ended.wait(),
    });
  }

  #isFull(): boolean {
    return this.#sender.log.bytes > this.#options.bufferBytes;
  }

  #release(stored: number): void {
    this.#drained.notify();
    // An error is known before it is seen.
    const position = Math.min(stored, this.#failedAt - 1);
    if (position <= this.#sender.released) return;
    this.#sender.released = position;
    this.#options.side.gate.release(position);
  }

  #at(position: number): { machine: string; host: string; term: number; position: number } {
    const { vm, host, term } = this.#options.side;
    return { machine: vm.name, host: host.name, term, position };
  }

  #emit(record: LockstepRecord): void {
    this.#options.side.engine.trace.emit<LockstepRecord>(record);
  }
}
