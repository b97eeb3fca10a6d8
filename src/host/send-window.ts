import { assert } from "../sim/assert.ts";
import { SEGMENT_HEADER_BYTES, SEGMENT_PAYLOAD_MAX } from "./segment.ts";

/** Most segments that are sent and not acknowledged, however small they are. */
export const SEGMENTS_IN_FLIGHT_MAX = 1_024;

/** A part of a message that has been sent. */
export interface SentSegment {
  /** From 1. */
  readonly sequence: number;
  /** The whole message; not copied. */
  readonly message: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

/**
 * What one end of a stream has to send: at most one message that is not wholly sent yet, cut into
 * segments as the window allows, and the segments that are not acknowledged. Knows nothing of time.
 */
export class SendWindow {
  readonly #windowBytes: number;
  /** By sequence number. */
  readonly #inFlight: Map<number, SentSegment> = new Map();
  #inFlightBytes = 0;
  /** Sequence number of the newest segment. */
  #lastSent = 0;
  /** Everything up to here was acknowledged. */
  #acknowledged = 0;
  /** What the peer said it has room for. */
  #peerRoomBytes: number;
  /** The message that is being sent, and how much of it was. */
  #message: Uint8Array | undefined;
  #offset = 0;

  /** @param windowBytes Most bytes in flight, and what the peer has room for until it says so. */
  constructor(windowBytes: number) {
    assert(windowBytes > 0, "a window lets something through");
    this.#windowBytes = windowBytes;
    this.#peerRoomBytes = windowBytes;
  }

  /** True while a message is not wholly sent. */
  hasUnsent(): boolean {
    return this.#message !== undefined;
  }

  /** True while something sent is not acknowledged. */
  get isInFlight(): boolean {
    return this.#inFlight.size > 0;
  }

  /** Bytes sent and not acknowledged, headers included. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Sequence number of the newest segment sent, 0 before the first. */
  get lastSent(): number {
    return this.#lastSent;
  }

  /** Every segment up to this one was acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Starts a message, when the one before is wholly sent. Keeps the bytes until acknowledged. */
  begin(message: Uint8Array): void {
    assert(this.#message === undefined, "one message after the other");
    this.#message = message;
    this.#offset = 0;
  }

  /** True when the window lets another segment go. */
  canSend(): boolean {
    if (this.#message === undefined) return false;
    if (this.#inFlight.size === SEGMENTS_IN_FLIGHT_MAX) return false;
    // With nothing in flight one segment may always go if there is any room: a window smaller
    // than a segment would never open.
    if (!this.isInFlight) return this.#peerRoomBytes > 0;
    const limitBytes = Math.min(this.#windowBytes, this.#peerRoomBytes);
    return this.#inFlightBytes + this.#nextLength() + SEGMENT_HEADER_BYTES <= limitBytes;
  }

  /** Cuts off the next segment, which is in flight from now on. */
  take(): SentSegment {
    const message = this.#message;
    assert(message !== undefined && this.canSend(), "the window lets a segment go");
    const length = this.#nextLength();
    this.#lastSent += 1;
    const segment = { sequence: this.#lastSent, message, offset: this.#offset, length };
    this.#inFlight.set(segment.sequence, segment);
    this.#inFlightBytes += length + SEGMENT_HEADER_BYTES;
    this.#offset += length;
    if (this.#offset === message.length) this.#message = undefined;
    return segment;
  }

  /** The oldest segment in flight. */
  get oldest(): SentSegment | undefined {
    return this.#inFlight.get(this.#acknowledged + 1);
  }

  /**
   * The peer has everything up to `sequence`, and room for so many bytes.
   *
   * @returns What is new about it: segments acknowledged, more room, or nothing; `"impossible"` when it
   *   acknowledges what was never sent.
   */
  acknowledge(
    sequence: number,
    peerRoomBytes: number,
  ): "progress" | "room" | "nothing" | "impossible" {
    if (sequence > this.#lastSent) return "impossible";
    // An old acknowledgement that was overtaken says nothing about the room there is now.
    if (sequence < this.#acknowledged) return "nothing";
    const isRoomier = peerRoomBytes > this.#peerRoomBytes;
    this.#peerRoomBytes = peerRoomBytes;
    if (sequence === this.#acknowledged) return isRoomier ? "room" : "nothing";
    while (this.#acknowledged < sequence) {
      this.#acknowledged += 1;
      const segment = this.#inFlight.get(this.#acknowledged);
      assert(segment !== undefined, "what was sent and not acknowledged is in flight");
      this.#inFlight.delete(this.#acknowledged);
      this.#inFlightBytes -= segment.length + SEGMENT_HEADER_BYTES;
    }
    assert(this.#inFlightBytes >= 0, "no more is acknowledged than was sent");
    return "progress";
  }

  #nextLength(): number {
    return Math.min((this.#message?.length ?? 0) - this.#offset, SEGMENT_PAYLOAD_MAX);
  }
}
