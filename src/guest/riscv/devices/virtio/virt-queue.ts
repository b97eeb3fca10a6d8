import { assert } from "../../../../sim/assert.ts";
import { type DescriptorChain, readChain } from "./descriptor-chain.ts";
import type { GuestRam } from "./guest-ram.ts";
import { addressOf, freshQueue, type QueueRegisters } from "./queue-registers.ts";

/** Flag in the driver's ring: it does not want to be interrupted for buffers given back. */
const NO_INTERRUPT = 1;

/**
 * A split virtqueue in the guest's memory, the device's side of it. Everything that the guest wrote
 * is checked on the way: what is wrong makes the device fail, and nothing is thrown.
 *
 * Source: VIRTIO 1.2, 2.7 "Split Virtqueues", without indirect descriptors and event indexes, which
 * are not offered.
 */
export class VirtQueue {
  readonly #ram: GuestRam;
  readonly #fail: (reason: string) => void;
  #registers: QueueRegisters = freshQueue();

  /** @param fail Told what the guest did wrong. */
  constructor(ram: GuestRam, fail: (reason: string) => void) {
    this.#ram = ram;
    this.#fail = fail;
  }

  /** Its registers, to look at and, as the transport, to set. */
  get registers(): QueueRegisters {
    return this.#registers;
  }

  /** Replaces all registers, which the queue from now on owns. */
  set registers(registers: QueueRegisters) {
    this.#registers = registers;
  }

  /** Whether the driver has made a buffer available that was not taken. */
  get hasAvailable(): boolean {
    const { ready, taken } = this.#registers;
    return ready && this.#availableCount() !== taken;
  }

  /** Whether the driver wants an interrupt after buffers were given back. */
  get wantsInterrupt(): boolean {
    const { ready, driverRing } = this.#registers;
    return ready && (this.#ram.read16(addressOf(driverRing)) & NO_INTERRUPT) === 0;
  }

  /** The next available buffer, left where it is; `undefined` if there is none or it is no good. */
  peek(): DescriptorChain | undefined {
    const { ready, size, taken, driverRing, descriptors } = this.#registers;
    if (!ready) return undefined;
    const waiting = (this.#availableCount() - taken) & 0xffff;
    if (waiting === 0) return undefined;
    if (waiting > size) {
      this.#fail(`expected at most ${size} buffers available, got ${waiting}`);
      return undefined;
    }
    const head = this.#ram.read16(addressOf(driverRing) + 4 + 2 * (taken & (size - 1)));
    const chain = readChain(this.#ram, addressOf(descriptors), size, head);
    if (typeof chain !== "string") return chain;
    this.#fail(chain);
    return undefined;
  }

  /** As {@link VirtQueue.peek}, and takes it: it is the device's until it gives it back. */
  take(): DescriptorChain | undefined {
    const chain = this.peek();
    if (chain !== undefined) this.#registers.taken = (this.#registers.taken + 1) & 0xffff;
    return chain;
  }

  /**
   * Gives a buffer back to the driver.
   *
   * @param head Of a chain that was taken.
   * @param writtenBytes Bytes at the beginning of its writable part that the device has written.
   */
  giveBack(head: number, writtenBytes: number): void {
    const queue = this.#registers;
    assert(queue.ready, "a buffer goes back to the queue that it is of");
    assert(head < queue.size, "a buffer begins with a descriptor of its queue");
    assert(queue.used !== queue.taken, "only what was taken is given back");
    const ring = addressOf(queue.deviceRing);
    const slot = queue.used & (queue.size - 1);
    const element = new DataView(new ArrayBuffer(8));
    element.setUint32(0, head, true);
    element.setUint32(4, writtenBytes, true);
    this.#ram.write(ring + 4 + 8 * slot, new Uint8Array(element.buffer));
    // the element before the index that makes it visible
    queue.used = (queue.used + 1) & 0xffff;
    this.#ram.write(ring + 2, Uint8Array.of(queue.used & 0xff, queue.used >>> 8));
  }

  #availableCount(): number {
    return this.#ram.read16(addressOf(this.#registers.driverRing) + 2);
  }
}
