import type { PrimarySide } from "../checkpoint/primary-side.ts";
import type { ReliableStream } from "../host/reliable-stream.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { Condition } from "../sim/condition.ts";
import type { Process } from "../sim/process.ts";
import { decodeLogMessage } from "./decode-log-message.ts";
import { encodeLogMessage } from "./encode-log-message.ts";
import { EventLog } from "./event-log.ts";
import { entryBytes, type LogEntry } from "./log-entry.ts";
import { BATCH_BYTES, BATCH_ENTRIES_MAX, type DivergedMessage } from "./log-message.ts";
import type { LockstepRecord } from "./records.ts";

/** Who is told what the secondary says. */
export interface LogListener {
  /** It has everything up to this position. */
  stored(position: number): void;
  /** It has replayed everything up to this position. */
  replayed(position: number): void;
  /** Its replay came to something else. */
  diverged(message: DivergedMessage): void;
  /** A batch was taken to be sent; its last entry has this position. */
  sent(position: number): void;
}

/**
 * The primary's end of a log: keeps entries until the secondary has acknowledged them, sends them in
 * batches, each with whatever has come since the last one, and again if they did not arrive.
 */
export class LogSender {
  /** What is not acknowledged. */
  readonly log: EventLog = new EventLog();
  /** Output up to here has left. */
  released = 0;
  readonly #side: PrimarySide;
  readonly #stream: ReliableStream;
  readonly #listener: LogListener;
  readonly #added: Condition;
  /** Position of the next entry to be sent. */
  #next = 1;
  /** Nothing after this position is sent: its output is an error. */
  #failedAt: number | undefined;
  #hasReportedError = false;

  constructor(side: PrimarySide, stream: ReliableStream, listener: LogListener) {
    const { engine, host, vm } = side;
    this.#side = side;
    this.#stream = stream;
    this.#listener = listener;
    this.#added = new Condition(engine, `${vm.name} on ${host.name}: log`);
  }

  /** Adds an entry, to be sent soon; returns its position. */
  add(entry: LogEntry): number {
    const position = this.log.add(entry);
    this.#added.notify();
    return position;
  }

  /** The output at this position is an error: what comes later is not sent, and the secondary is told. */
  fail(position: number): void {
    this.#failedAt ??= position;
    this.#added.notify();
  }

  /** Sends for ever. */
  *send(): Process<never> {
    const { term } = this.#side;
    for (;;) {
      yield* this.#added.until(() => this.#hasWork());
      if (this.#next <= this.#last()) yield* this.#sendBatch();
      else {
        this.#hasReportedError = true;
        const position = this.#last();
        yield* this.#stream.send(encodeLogMessage({ type: "error", term, position }));
      }
    }
  }

  /** Takes answers for ever. */
  *listen(): Process<never> {
    for (;;) {
      const message = decodeLogMessage(yield* this.#stream.receive());
      if (message?.term !== this.#side.term || message.type === "batch") continue;
      // What it cannot have is not believed.
      if (message.position > this.log.last) continue;
      if (message.type === "stored") {
        this.log.dropThrough(message.position);
        this.#next = Math.max(this.#next, this.log.first);
        this.#listener.stored(message.position);
        this.#listener.replayed(message.replayed);
      } else if (message.type === "missing") {
        this.#next = Math.max(message.position + 1, this.log.first);
        this.#added.notify();
      } else if (message.type === "diverged") this.#listener.diverged(message);
    }
  }

  #hasWork(): boolean {
    if (this.#next <= this.#last()) return true;
    return this.#failedAt !== undefined && !this.#hasReportedError;
  }

  #last(): number {
    return this.#failedAt ?? this.log.last;
  }

  /** What goes into one batch: at least one entry. */
  #entriesFrom(first: number): readonly LogEntry[] {
    const last = Math.min(this.#last(), first + BATCH_ENTRIES_MAX - 1);
    const entries: LogEntry[] = [];
    let bytes = 0;
    for (let at = first; at <= last && bytes < BATCH_BYTES; at += 1) {
      const entry = this.log.at(at)!;
      entries.push(entry);
      bytes += entryBytes(entry);
    }
    return entries;
  }

  *#sendBatch(): Process {
    const { engine, host, vm, term } = this.#side;
    const first = this.#next;
    const entries = this.#entriesFrom(first);
    const position = first + entries.length - 1;
    this.#next = position + 1;
    const { released } = this;
    const bytes = encodeLogMessage({ type: "batch", term, first, released, entries });
    this.#listener.sent(position);
    yield* host.compute(Math.ceil((bytes.length * host.profile.sendPageNs) / PAGE_SIZE));
    yield* this.#stream.send(bytes);
    yield* engine.announce<LockstepRecord>({
      kind: "log.sent",
      ...{ machine: vm.name, host: host.name, term, position },
      ...{ entries: entries.length, bytes: bytes.length },
    });
  }
}
