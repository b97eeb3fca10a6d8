import { assert } from "../sim/assert.ts";
import type { Segment } from "./segment.ts";

/** How far ahead of the next one a segment may be to be kept; the peer has no more in flight. */
export const SEGMENTS_AHEAD_MAX = 1_024;

/**
 * What became of a segment: it was the next one (and may have completed messages), it is kept until
 * those before it come, it had come before, or there is no room for it.
 */
export type Reception = "next" | "ahead" | "repeated" | "no-room" | "contradictory";

/**
 * What one end of a stream has received: segments that came too early, and the message that is being
 * put together. Complete messages are handed on. Knows nothing of time.
 */
export class ReceiveWindow {
  readonly #windowBytes: number;
  readonly #complete: (message: Uint8Array) => void;
  readonly #ahead: Map<number, Segment> = new Map();
  #aheadBytes = 0;
  #received = 0;
  /** The message that is being put together, and how much of it is there. */
  #message: Uint8Array | undefined;
  #filledBytes = 0;

  /**
   * @param windowBytes Most bytes kept of segments that came too early.
   * @param complete Takes each message, and owns its bytes.
   */
  constructor(windowBytes: number, complete: (message: Uint8Array) => void) {
    assert(windowBytes > 0, "a window lets something through");
    this.#windowBytes = windowBytes;
    this.#complete = complete;
  }

  /** Every segment up to this one has come. */
  get received(): number {
    return this.#received;
  }

  /** Segments that wait for those before them. */
  get aheadCount(): number {
    return this.#ahead.size;
  }

  /** Takes a segment that carries data; keeps its payload. */
  accept(segment: Segment): Reception {
    const { sequence, payload } = segment;
    assert(sequence > 0, "a segment with data has a place");
    if (sequence <= this.#received || this.#ahead.has(sequence)) return "repeated";
    if (sequence > this.#received + 1) {
      if (sequence > this.#received + SEGMENTS_AHEAD_MAX) return "no-room";
      if (this.#aheadBytes + payload.length > this.#windowBytes) return "no-room";
      this.#ahead.set(sequence, segment);
      this.#aheadBytes += payload.length;
      return "ahead";
    }
    if (!this.#append(segment)) return "contradictory";
    this.#appendThoseAhead();
    return "next";
  }

  #appendThoseAhead(): void {
    for (;;) {
      const segment = this.#ahead.get(this.#received + 1);
      if (segment === undefined) return;
      this.#ahead.delete(segment.sequence);
      this.#aheadBytes -= segment.payload.length;
      if (!this.#append(segment)) return;
    }
  }

  /** @returns False if it does not continue what came before it. */
  #append({ sequence, messageBytes, offset, payload }: Segment): boolean {
    assert(sequence === this.#received + 1, "segments are put together in order");
    const expectedBytes = this.#message?.length ?? messageBytes;
    if (offset !== this.#filledBytes || messageBytes !== expectedBytes) return false;
    this.#received = sequence;
    if (payload.length === messageBytes) {
      // A view of the datagram, which nobody else has: no copy is needed.
      this.#complete(payload);
      return true;
    }
    this.#message ??= new Uint8Array(messageBytes);
    this.#message.set(payload, offset);
    this.#filledBytes += payload.length;
    if (this.#filledBytes < messageBytes) return true;
    const message = this.#message;
    this.#message = undefined;
    this.#filledBytes = 0;
    this.#complete(message);
    return true;
  }
}
