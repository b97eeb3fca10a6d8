import { assert } from "../sim/assert.ts";
import type { Awaitable } from "../sim/awaitable.ts";
import type { Channel } from "../sim/channel.ts";
import { Condition } from "../sim/condition.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import { type Process, type ProcessHandle, sleep } from "../sim/process.ts";
import { Signal } from "../sim/signal.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { Datagram } from "./datagram.ts";
import { DeadlineTimer, NEVER } from "./deadline-timer.ts";
import type { Host } from "./host.ts";
import { MessageInbox } from "./message-inbox.ts";
import type { Network } from "./network.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { HostRecord } from "./records.ts";
import { RoundTrip } from "./round-trip.ts";
import {
  decodeSegment,
  encodeSegment,
  FLAG_HELLO,
  FLAG_PUSH,
  MESSAGE_BYTES_MAX,
  type Segment,
} from "./segment.ts";
import { SendWindow, type SentSegment } from "./send-window.ts";

/** Bytes in flight, and bytes of messages kept for the receiver, unless told otherwise. */
export const WINDOW_BYTES_DEFAULT: number = 1024 * 1024;

/** Widest window. */
const WINDOW_BYTES_MAX: number = 64 * 1024 * 1024;

/** Datagrams that wait until the stream looks at them; more are lost, and sent again. */
const DATAGRAMS_MAX = 4_096;

/** A receiver answers after so many segments even if nobody asks. */
const SEGMENTS_PER_ANSWER = 8;

/** So many repeated acknowledgements mean that a segment is missing (RFC 5681). */
const REPEATS_FOR_LOSS = 3;

const NO_BYTES: Uint8Array = new Uint8Array(0);
const STAMP_RANGE = 0x1_0000_0000;

/** What one end of a stream is made of. */
export interface ReliableStreamOptions {
  readonly engine: Engine;
  readonly network: Network;
  /** The host of this end: its processes run there and die with it. */
  readonly host: Host;
  /** Name of the host of the other end. */
  readonly peer: string;
  /** The port on both hosts; this end opens it. */
  readonly port: string;
  /** Most bytes sent and not acknowledged, and most kept until received. Default 1 MiB. */
  readonly windowBytes?: number;
  /** False is broken on purpose: check values are not looked at. Default true. */
  readonly verify?: boolean;
}

/**
 * One end of an ordered, reliable stream of messages between two hosts, over datagrams that may be
 * lost, damaged, repeated and out of order: sliding window, cumulative acknowledgements, time-outs that
 * double, fast retransmission (RFC 9293, 6298, 6582, in a small form).
 *
 * Each end has a number of its own, and takes data only from an end that has answered to that
 * number. So a peer that was restarted, or made its end anew, is never confused with the one before
 * it: data for the old one is not taken by the new one, and {@link ReliableStream.replaced} is set.
 *
 * An end that has nothing to send and whose peer has nothing to send causes no events.
 */
export class ReliableStream {
  readonly host: Host;
  /** Name of the host of the other end. */
  readonly peer: string;
  readonly port: string;
  /**
   * Set once the peer's end turns out to have been made anew. What it had not acknowledged is lost; this
   * end sends and receives nothing more.
   */
  readonly replaced: Signal;

  #heardAtNs: Nanoseconds;
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #incarnation: number;
  readonly #verify: boolean;
  /** Number of this end, and of the other one: 0 until it has answered. */
  readonly #number: number;
  #peerNumber = 0;
  #isClosed = false;

  readonly #datagrams: Channel<Datagram>;
  readonly #in: ReceiveWindow;
  readonly #inbox: MessageInbox;
  #unanswered = 0;
  /** Stamp of what is to be answered. */
  #echoUs = 0;

  readonly #out: SendWindow;
  /** Notified when a message was wholly sent. */
  readonly #sent: Condition;
  #begunCount = 0;
  /** When the newest segment has left this host. */
  #leftNs: Nanoseconds = 0;

  readonly #roundTrip: RoundTrip = new RoundTrip();
  readonly #timer: DeadlineTimer;
  #repeats = 0;
  /** Segments up to this one are sent again as they turn out to be missing; 0 if none is. */
  #recoverUpTo = 0;
  readonly #processes: readonly ProcessHandle<never>[];

  /**
   * Opens the port and begins to listen. Nothing is sent before there is a message.
   *
   * @throws StandinRangeError `PORT_OPEN` if the port is open, `NO_SUCH_LINK` if the hosts are not
   *   connected, `STREAM_WINDOW` if the window is not from 1 byte to 64 MiB.
   */
  constructor(options: ReliableStreamOptions) {
    const { engine, network, host, peer, port, windowBytes = WINDOW_BYTES_DEFAULT } = options;
    checkWindow(windowBytes);
    this.#verify = options.verify ?? true;
    network.link(host, peer);
    this.host = host;
    this.peer = peer;
    this.port = port;
    this.#engine = engine;
    this.#network = network;
    this.#incarnation = host.incarnation;
    this.#heardAtNs = host.clock.monotonic();
    this.#number = network.nextConnection();
    const label = `${host.name}: stream ${port} with ${peer}`;
    this.replaced = new Signal(engine, `${label}: replaced`);
    this.#sent = new Condition(engine, `${label}: sent`);
    this.#out = new SendWindow(windowBytes);
    this.#in = new ReceiveWindow(windowBytes, (message) => this.#inbox.keep(message));
    this.#inbox = new MessageInbox(engine, `${label}: messages`, windowBytes, () => {
      if (!this.#isClosed && !this.replaced.isSet) this.#transmit(0, this.#peerNumber);
    });
    this.#timer = new DeadlineTimer(engine, `${label}: timer`, () => this.#timeOut());
    this.#datagrams = host.open(port, DATAGRAMS_MAX);
    this.#processes = [
      engine.spawn(`${label}: in`, host.owner, () => this.#listen()),
      engine.spawn(`${label}: timer`, host.owner, () => this.#timer.run()),
    ];
  }

  /**
   * When this end last looked at anything from its peer, on the host's own monotonic clock: from then the
   * peer lived. At first when the end was made.
   */
  get heardAtNs(): Nanoseconds {
    return this.#heardAtNs;
  }

  /**
   * Sends a message. Returns when all of it has left this host for the first time; it waits as long as
   * the window is full. That it has arrived is known only from what the peer answers. For a peer that
   * is gone it may wait for ever: kill the process that waits.
   *
   * @param message Kept until it is acknowledged: the caller must not change it any more.
   * @throws StandinRangeError `MESSAGE_TOO_LONG` above 64 MiB.
   * @throws StandinTypeError `STREAM_CLOSED` after {@link ReliableStream.close}.
   */
  *send(message: Uint8Array): Process {
    if (message.length > MESSAGE_BYTES_MAX) {
      throw new StandinRangeError(
        "MESSAGE_TOO_LONG",
        `send: expected at most ${MESSAGE_BYTES_MAX} bytes, got ${message.length}`,
      );
    }
    while (this.#out.hasUnsent()) yield* this.#sent.until(() => !this.#out.hasUnsent());
    if (this.#isClosed) {
      throw new StandinTypeError(
        "STREAM_CLOSED",
        "send: expected an open stream, got a closed one",
      );
    }
    this.#begunCount += 1;
    const count = this.#begunCount;
    this.#out.begin(message);
    this.#pump();
    if (!this.#isSent(count)) yield* this.#sent.until(() => this.#isSent(count));
    const leavesInNs = this.#leftNs - this.#engine.now;
    if (leavesInNs > 0) yield* sleep(leavesInNs);
  }

  /**
   * Waits for the next message. Each comes once, whole and in order; the receiver owns its bytes, which
   * may be a part of a larger buffer that nobody else uses.
   */
  receive(): Awaitable<Uint8Array> {
    return this.#inbox.receive();
  }

  /**
   * Ends this end at once: the port is closed, what is under way is lost, whoever waits here waits for
   * ever. The peer is not told.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const process of this.#processes) process.kill();
    // After a restart of the host the port is somebody else's.
    if (this.host.incarnation === this.#incarnation) this.host.close(this.port);
  }

  *#listen(): Process<never> {
    for (;;) {
      const { from, bytes } = yield* this.#datagrams.receive();
      if (this.replaced.isSet) continue;
      const segment = decodeSegment(bytes, this.#verify);
      if (from !== this.peer) this.#reject("not-the-peer");
      else if (typeof segment === "string") this.#reject(segment);
      else this.#hear(segment);
    }
  }

  #hear(segment: Segment): void {
    this.#heardAtNs = this.host.clock.monotonic();
    if (this.#isForThisEnd(segment)) this.#take(segment);
  }

  /** True when the segment comes from the end that this one is connected with, and is for it. */
  #isForThisEnd({ source, destination, flags, stampUs }: Segment): boolean {
    if (destination !== 0 && destination !== this.#number) {
      // For an end that was here before. Whoever sent it should know that there is another one now.
      this.#reject("stale-connection");
      this.#transmit(FLAG_HELLO, 0);
      return false;
    }
    if (this.#peerNumber !== 0 && source !== this.#peerNumber) {
      this.#reject("other-connection");
      // Ends are numbered as they are made, and a port has one at a time: the newest is the peer's.
      if (source > this.#peerNumber) this.#endAsReplaced();
      return false;
    }
    if (destination === 0) {
      if ((flags & FLAG_HELLO) === 0) {
        this.#reject("no-destination");
        return false;
      }
      // Answered without believing it, for it may be old. What comes back for this number is not.
      this.#echoUs = stampUs;
      this.#transmit(FLAG_HELLO, source);
      return false;
    }
    if (this.#peerNumber === 0) this.#connect(source);
    return true;
  }

  #connect(peerNumber: number): void {
    assert(!this.#out.isInFlight, "no data is sent to a peer that has not answered");
    this.#peerNumber = peerNumber;
    this.#roundTrip.endDoubling();
    this.#timer.set(NEVER);
  }

  #take(segment: Segment): void {
    const { sequence, flags, echoUs, stampUs } = segment;
    if (echoUs !== 0) this.#roundTrip.measure(this.#sinceNs(echoUs));
    if (!this.#takeAcknowledgement(segment)) return;
    this.#pump();
    let mustAnswer = (flags & FLAG_PUSH) !== 0;
    if (sequence !== 0) {
      const hadGap = this.#in.aheadCount > 0;
      const reception = this.#inbox.hasRoom ? this.#in.accept(segment) : "no-room";
      if (reception === "contradictory") {
        this.#reject(reception);
        return;
      }
      this.#unanswered += 1;
      mustAnswer ||= reception !== "next" || hadGap || this.#unanswered >= SEGMENTS_PER_ANSWER;
    }
    this.#echoUs = stampUs;
    if (mustAnswer) this.#transmit(0, this.#peerNumber);
  }

  /** @returns False if the segment makes no sense. */
  #takeAcknowledgement({ sequence, acknowledged, roomBytes, flags }: Segment): boolean {
    const before = this.#out.acknowledged;
    switch (this.#out.acknowledge(acknowledged, roomBytes)) {
      case "impossible":
        this.#reject("acknowledges-unsent");
        return false;
      case "progress":
        this.#repeats = 0;
        this.#roundTrip.endDoubling();
        if (acknowledged >= this.#recoverUpTo) this.#recoverUpTo = 0;
        else this.#resendOldest();
        this.#setDeadline();
        break;
      case "room":
        break;
      case "nothing":
        if (sequence === 0 && flags === 0 && acknowledged === before) this.#noteRepeat();
        break;
    }
    return true;
  }

  /** The peer says again what it has: it got something else than the next segment. */
  #noteRepeat(): void {
    if (!this.#out.isInFlight) return;
    this.#repeats += 1;
    if (this.#repeats !== REPEATS_FOR_LOSS || this.#recoverUpTo !== 0) return;
    this.#recoverUpTo = this.#out.lastSent;
    this.#resendOldest();
    this.#setDeadline();
  }

  /** Sends what may be sent. */
  #pump(): void {
    if (!this.#out.hasUnsent() || this.replaced.isSet) return;
    if (this.#peerNumber === 0) {
      if (!this.#timer.isSet) this.#transmit(FLAG_HELLO, 0);
    } else {
      while (this.#out.canSend()) {
        const segment = this.#out.take();
        // The last one that may go asks for an answer, or nothing would open the window again.
        const flags = this.#out.canSend() ? 0 : FLAG_PUSH;
        this.#leftNs = this.#transmit(flags, this.#peerNumber, segment);
      }
      if (!this.#out.hasUnsent()) this.#sent.notify();
    }
    if (!this.#timer.isSet) this.#setDeadline();
  }

  #resendOldest(): void {
    const segment = this.#out.oldest;
    assert(segment !== undefined, "what is sent again is in flight");
    this.#record({
      kind: "stream.retransmitted",
      from: this.host.name,
      to: this.peer,
      port: this.port,
      segment: segment.sequence,
    });
    this.#transmit(FLAG_PUSH, this.#peerNumber, segment);
  }

  /** @returns When it has left the host. */
  #transmit(flags: number, destination: number, segment?: SentSegment): Nanoseconds {
    const payload = segment?.message.subarray(segment.offset, segment.offset + segment.length);
    const bytes = encodeSegment({
      flags,
      source: this.#number,
      destination,
      sequence: segment?.sequence ?? 0,
      acknowledged: this.#in.received,
      roomBytes: this.#inbox.tellRoom(),
      stampUs: this.#stampUs(),
      echoUs: this.#echoUs,
      messageBytes: segment?.message.length ?? 0,
      offset: segment?.offset ?? 0,
      payload: payload ?? NO_BYTES,
    });
    this.#unanswered = 0;
    // Echoed once: an answer that comes much later says nothing about the way.
    this.#echoUs = 0;
    return this.#network.transmit(this.host, this.peer, this.port, bytes);
  }

  #timeOut(): void {
    this.#roundTrip.doubleTimeout();
    if (this.#out.isInFlight) {
      this.#recoverUpTo = this.#out.lastSent;
      this.#resendOldest();
    } else if (this.#out.hasUnsent()) {
      // The peer is unknown, or had no room and its word that it has again was lost.
      if (this.#peerNumber === 0) this.#transmit(FLAG_HELLO, 0);
      else this.#transmit(FLAG_PUSH, this.#peerNumber);
    }
    this.#setDeadline();
  }

  /** Gives the peer a whole time-out, from when it can have everything; for ever if nothing is wanted. */
  #setDeadline(): void {
    if (!this.#out.isInFlight && !this.#out.hasUnsent()) {
      this.#timer.set(NEVER);
      return;
    }
    const fromNs = Math.max(this.#leftNs, this.#engine.now);
    this.#timer.set(fromNs + this.#roundTrip.timeoutNs);
  }

  #endAsReplaced(): void {
    this.#timer.set(NEVER);
    this.replaced.set();
  }

  #isSent(count: number): boolean {
    return this.#begunCount > count || !this.#out.hasUnsent();
  }

  #stampUs(): number {
    // 0 says that there is none.
    return Math.floor(this.#engine.now / 1_000) % STAMP_RANGE || 1;
  }

  #sinceNs(stampUs: number): Nanoseconds {
    return ((this.#stampUs() - stampUs + STAMP_RANGE) % STAMP_RANGE) * 1_000;
  }

  #reject(reason: string): void {
    this.#record({ kind: "stream.rejected", host: this.host.name, port: this.port, reason });
  }

  #record(record: HostRecord): void {
    this.#engine.trace.emit<HostRecord>(record);
  }
}

function checkWindow(windowBytes: number): void {
  if (Number.isSafeInteger(windowBytes) && windowBytes >= 1 && windowBytes <= WINDOW_BYTES_MAX)
    return;
  throw new StandinRangeError(
    "STREAM_WINDOW",
    `windowBytes: expected from 1 to ${WINDOW_BYTES_MAX}, got ${windowBytes}`,
  );
}
