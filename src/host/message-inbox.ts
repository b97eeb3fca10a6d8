import { assert } from "../sim/assert.ts";
import { Awaitable, PENDING } from "../sim/awaitable.ts";
import { Channel } from "../sim/channel.ts";
import type { Engine } from "../sim/engine.ts";
import { SEGMENTS_AHEAD_MAX } from "./receive-window.ts";

/** What keeping a message costs beside its bytes: bounds the number of small ones. */
const MESSAGE_COST_BYTES = 256;

/**
 * Complete messages that nobody has received yet. The peer is told of the room up to one window. What
 * it had sent before it heard that there is none is still taken, up to a second window: a message
 * counts only when it is complete, and then with all its bytes.
 */
export class MessageInbox {
  readonly #windowBytes: number;
  readonly #messages: Channel<Uint8Array>;
  readonly #receive: Awaitable<Uint8Array>;
  readonly #plenty: () => void;
  #keptBytes = 0;
  /** The room that the peer was last told of. */
  #toldBytes: number;

  /** @param plenty Called when there is plenty of room and the peer believes that there is little. */
  constructor(engine: Engine, name: string, windowBytes: number, plenty: () => void) {
    this.#windowBytes = windowBytes;
    this.#toldBytes = windowBytes;
    this.#plenty = plenty;
    // The last segment taken may complete as many messages as there are segments that waited for it.
    const capacity = Math.ceil((2 * windowBytes) / MESSAGE_COST_BYTES) + SEGMENTS_AHEAD_MAX + 1;
    this.#messages = new Channel(engine, name, { capacity });
    this.#receive = new Awaitable(this.#messages.receive().condition, () => {
      const message = this.#messages.tryReceive();
      if (message === undefined) return PENDING;
      this.#release(message);
      return message;
    });
  }

  /** False when another segment cannot be taken: the peer has to send it again. */
  get hasRoom(): boolean {
    return this.#keptBytes < 2 * this.#windowBytes;
  }

  /** How many bytes the peer may send, 0 when it should wait. */
  get roomBytes(): number {
    return Math.max(this.#windowBytes - this.#keptBytes, 0);
  }

  /** The room there is now, which the peer is told. */
  tellRoom(): number {
    this.#toldBytes = this.roomBytes;
    return this.#toldBytes;
  }

  /** Keeps a message. To be called only with room. */
  keep(message: Uint8Array): void {
    this.#keptBytes += message.length + MESSAGE_COST_BYTES;
    const isKept = this.#messages.send(message);
    assert(isKept, "there is a place for every message that the window lets through");
  }

  /** Waits for the next message. */
  receive(): Awaitable<Uint8Array> {
    return this.#receive;
  }

  #release(message: Uint8Array): void {
    this.#keptBytes -= message.length + MESSAGE_COST_BYTES;
    assert(this.#keptBytes >= 0, "no more is received than was kept");
    const plentyBytes = this.#windowBytes / 2;
    if (this.#toldBytes < plentyBytes && this.roomBytes >= plentyBytes) this.#plenty();
  }
}
