import { assert } from "../../sim/assert.ts";
import type { Channel } from "../../sim/channel.ts";

/** Most inputs that wait for a stand-by's machine; the newest is lost. */
export const FEED_INPUTS_MAX = 4_096;

interface Input {
  readonly order: number;
  readonly packet: Uint8Array;
}

/**
 * Gives a stand-by's machine what the primary's was given, in the same order. A checkpoint has the effects
 * of the inputs before it: those are taken back from the machine's inbox, and it goes on with the rest.
 */
export class InputFeed {
  readonly #inbox: Channel<Uint8Array>;
  /** Not delivered yet, in their order; the first of them lie in the inbox. */
  #waiting: Input[] = [];
  #inInbox = 0;

  constructor(inbox: Channel<Uint8Array>) {
    this.#inbox = inbox;
  }

  /**
   * Takes the next input. @returns False if too many wait: then it is lost, and the machine is about to
   * differ from the primary's.
   */
  add(order: number, packet: Uint8Array): boolean {
    if (this.#waiting.length >= FEED_INPUTS_MAX) return false;
    this.#waiting.push({ order, packet });
    this.#fill();
    return true;
  }

  /** The machine has got one from its inbox. */
  delivered(): void {
    // Of clients that find the machine here already.
    if (this.#inInbox === 0) return;
    this.#waiting.shift();
    this.#inInbox -= 1;
    this.#fill();
  }

  /** The machine has a state with so many inputs in it: goes on behind them. */
  goOnBehind(inputs: number): void {
    this.#inbox.clear();
    this.#inInbox = 0;
    this.#waiting = this.#waiting.filter(({ order }) => order > inputs);
    this.#fill();
  }

  #fill(): void {
    while (this.#inInbox < this.#waiting.length) {
      if (!this.#inbox.send(this.#waiting[this.#inInbox]!.packet)) return;
      this.#inInbox += 1;
    }
    assert(this.#inInbox === this.#waiting.length, "all that waits lies in the inbox");
  }
}
