import type { SecondarySide } from "../checkpoint/secondary-side.ts";
import type { ReliableStream } from "../host/reliable-stream.ts";
import { Condition } from "../sim/condition.ts";
import type { Process } from "../sim/process.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { decodeLogMessage } from "./decode-log-message.ts";
import { encodeLogMessage } from "./encode-log-message.ts";
import { EventLog } from "./event-log.ts";
import type { LogEntry } from "./log-entry.ts";
import type { BatchMessage, LogMessage } from "./log-message.ts";
import type { LogSettings } from "./options.ts";
import type { LockstepRecord } from "./records.ts";

/**
 * The secondary's end of a log: keeps what happened since its checkpoint, acknowledges it, and forgets what
 * a newer checkpoint contains (US8499297: entries older than the snapshot are discarded).
 */
export class LogStore {
  readonly log: EventLog = new EventLog();
  /** Output of the primary up to here has left. */
  released = 0;
  /** Everything up to here is replayed. */
  replayed = 0;
  /** Position of an output that showed an error, once the primary has told of one. */
  errorAt: number | undefined;
  /** Notified whenever there is more, or less, of it. */
  readonly changed: Condition;
  readonly #side: SecondarySide;
  readonly #stream: ReliableStream;
  readonly #settings: LogSettings;
  /** Positions of marks, by epoch: those of the image's checkpoint and of later ones. */
  readonly #marks = new Map<number, number>();
  /** What comes before the mark of this epoch is of no use. */
  #awaited: number | undefined;
  /** Nothing is acknowledged: what is stored could not be replayed. */
  #isLost = false;
  /** The last position after which something was found missing. */
  #asked = -1;
  /** When batches arrived, by their last position. */
  readonly #arrivals: { readonly position: number; readonly atNs: Nanoseconds }[] = [];

  constructor(side: SecondarySide, stream: ReliableStream, settings: LogSettings) {
    const { engine, machine, host } = side;
    this.#side = side;
    this.#stream = stream;
    this.#settings = settings;
    this.changed = new Condition(engine, `${machine} on ${host.name}: log`);
  }

  /** Receives for ever. While there is no room the primary has to keep what it has. */
  *receive(): Process<never> {
    const { storeBytes } = this.#settings;
    for (;;) {
      if (this.log.bytes > storeBytes) {
        yield* this.changed.until(() => this.log.bytes <= storeBytes);
      }
      const message = decodeLogMessage(yield* this.#stream.receive());
      if (message === undefined) yield* this.#reject("unreadable message");
      else if (message.term === this.#side.term) yield* this.#take(message);
    }
  }

  /** Position of the mark of a checkpoint, `undefined` while it has not come. */
  markOf(epoch: number): number | undefined {
    return this.#marks.get(epoch);
  }

  /** When the entry at this position had arrived, on the host's clock that nobody sets. */
  arrivedNs(position: number): Nanoseconds {
    return this.#arrivals.find((batch) => batch.position >= position)?.atNs ?? 0;
  }

  /** Forgets entries up to this one: they are replayed, or in a checkpoint. */
  drop(position: number): void {
    this.log.dropThrough(position);
    const { first } = this.log;
    while ((this.#arrivals[0]?.position ?? first) < first) this.#arrivals.shift();
    this.changed.notify();
  }

  /** A checkpoint has replaced the previous one: what led to it is not replayed any more. */
  committed(epoch: number): void {
    this.#isLost = false;
    const position = this.#marks.get(epoch);
    for (const known of this.#marks.keys()) if (known < epoch) this.#marks.delete(known);
    // The mark is still under way: all that has come lies before it.
    if (position === undefined) this.#await(epoch);
    else this.#cut(epoch, position);
  }

  /** The machine that replayed it is no use any more: what it has is not acknowledged until a checkpoint. */
  lose(epoch: number): void {
    this.#isLost = true;
    this.#await(epoch + 1);
  }

  /** Says how far it is; nothing if what it has could not be replayed. */
  *acknowledge(): Process {
    if (this.#isLost) return;
    const { term } = this.#side;
    const { replayed } = this;
    const message = { type: "stored", term, position: this.log.last, replayed } as const;
    yield* this.#stream.send(encodeLogMessage(message));
  }

  /** Tells the primary something. */
  *tell(message: LogMessage): Process {
    yield* this.#stream.send(encodeLogMessage(message));
  }

  *#take(message: LogMessage): Process {
    if (message.type === "error") {
      this.errorAt = message.position;
      this.changed.notify();
      const { engine } = this.#side;
      yield* engine.announce<LockstepRecord>({ kind: "log.failed", ...this.at(message.position) });
    } else if (message.type === "batch") yield* this.#store(message);
  }

  *#store({ first, released, entries }: BatchMessage): Process {
    const { last } = this.log;
    if (first > last + 1) {
      yield* this.#reject("entries missing");
      return;
    }
    this.released = Math.max(this.released, released);
    for (const entry of entries.slice(last + 1 - first)) this.#add(entry);
    const { engine, host } = this.#side;
    this.#arrivals.push({ position: this.log.last, atNs: host.clock.monotonic() });
    this.changed.notify();
    if (this.#isLost) return;
    yield* engine.announce<LockstepRecord>({
      kind: "log.stored",
      entries: entries.length,
      ...this.at(this.log.last),
    });
    yield* this.acknowledge();
  }

  #add(entry: LogEntry): void {
    const position = this.log.add(entry);
    if (entry.type === "mark") {
      this.#marks.set(entry.epoch, position);
      if (this.#awaited === entry.epoch) this.#awaited = undefined;
      else if (this.#settings.broken.cutBeforeCommit === true) this.#cut(entry.epoch, position);
      else return;
      this.drop(position);
    } else if (this.#awaited !== undefined) this.drop(position);
  }

  #await(epoch: number): void {
    this.#awaited = epoch;
    this.drop(this.log.last);
  }

  #cut(epoch: number, position: number): void {
    this.#side.engine.trace.emit<LockstepRecord>({
      kind: "log.cut",
      epoch,
      ...this.at(position),
    });
    this.drop(Math.max(position, this.log.first - 1));
  }

  /** Asks once for what comes after what it has; what is under way meanwhile has the same gap. */
  *#reject(reason: string): Process {
    const { engine, term } = this.#side;
    const { last } = this.log;
    if (this.#asked === last) return;
    this.#asked = last;
    yield* engine.announce<LockstepRecord>({
      kind: "log.rejected",
      reason,
      ...this.at(last),
    });
    yield* this.tell({ type: "missing", term, position: last });
  }

  /** Names a position of this machine's log, for records. */
  at(position: number): { machine: string; host: string; term: number; position: number } {
    const { machine, host, term } = this.#side;
    return { machine, host: host.name, term, position };
  }
}
