import { assert } from "../../sim/assert.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** A packet that waits until its epoch is committed. */
export interface HeldPacket {
  readonly epoch: number;
  readonly packet: Uint8Array;
  /** Since when it waits, on the host's clock, if it may be deferred; `undefined` if it hurries. */
  readonly deferredAtNs: Nanoseconds | undefined;
}

/** Packets that are held, in the order in which the machine sent them. */
export class HeldPackets {
  readonly #packets: HeldPacket[] = [];
  #bytes = 0;
  #urgentBytes = 0;
  #urgentCount = 0;

  /** How many there are. */
  get count(): number {
    return this.#packets.length;
  }

  /** Bytes of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many of them may not be deferred. */
  get urgentCount(): number {
    return this.#urgentCount;
  }

  /** Bytes of those that may not be deferred. */
  get urgentBytes(): number {
    return this.#urgentBytes;
  }

  /** Since when the first that may be deferred has waited; `undefined` if there is none. */
  get deferredSinceNs(): Nanoseconds | undefined {
    if (this.#urgentCount === this.#packets.length) return undefined;
    return this.#packets.find(({ deferredAtNs }) => deferredAtNs !== undefined)?.deferredAtNs;
  }

  /** Adds the newest one; keeps its bytes. */
  add(held: HeldPacket): void {
    assert((this.#packets.at(-1)?.epoch ?? 0) <= held.epoch, "packets are held in order of epochs");
    this.#packets.push(held);
    this.#account(held, 1);
  }

  /** Takes out those of `epoch` and before; all by default. */
  take(epoch: number = Number.POSITIVE_INFINITY): readonly HeldPacket[] {
    let count = 0;
    while (count < this.#packets.length && this.#packets[count]!.epoch <= epoch) count += 1;
    const taken = this.#packets.splice(0, count);
    for (const held of taken) this.#account(held, -1);
    assert(
      this.#urgentBytes >= 0 && this.#urgentBytes <= this.#bytes,
      "no more leaves than was held",
    );
    return taken;
  }

  #account({ packet, deferredAtNs }: HeldPacket, sign: 1 | -1): void {
    this.#bytes += sign * packet.length;
    if (deferredAtNs !== undefined) return;
    this.#urgentBytes += sign * packet.length;
    this.#urgentCount += sign;
  }
}
