import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { GuestPanic } from "./guest-panic.ts";
import { PACKET_BYTES_MAX } from "./packet.ts";
import { u32 } from "./record-field.ts";
import { type RecordLayout, recordLayout } from "./record-layout.ts";

/** Packets that can wait in a guest's memory. When all slots are full the card drops what arrives. */
export const RECEIVE_RING_CAPACITY = 8;

/** A slot: four bytes of length, zero for an empty slot, then the packet. Two slots fill a page. */
export const RECEIVE_SLOT_BYTES = 2_048;

/** Bytes of all slots. */
export const RECEIVE_RING_BYTES: number = RECEIVE_RING_CAPACITY * RECEIVE_SLOT_BYTES;

const SLOT_HEADER_BYTES = 4;

/** The ring's counters, in guest memory. Counters of packets wrap at 2^32. */
export const ReceiveRingControl: RecordLayout<{
  readonly tail: typeof u32;
  readonly dropped: typeof u32;
  readonly head: typeof u32;
}> = recordLayout({
  /** Packets that the card has put into slots; the card's own. */
  tail: u32,
  /** Packets that the card had no slot for; the card's own. */
  dropped: u32,
  /** Packets that the guest has taken; the guest's own. */
  head: u32,
});

/** A packet in its slot. */
export interface WaitingPacket {
  /** Address of the packet's first byte in guest memory. */
  readonly address: number;
  readonly lengthBytes: number;
}

/**
 * The receive side of a network card: slots in guest memory that the card fills by DMA and the
 * guest empties with loads and stores. Neither side keeps anything outside the memory.
 */
export class ReceiveRing {
  readonly #memory: Memory;
  readonly #controlAddress: number;
  readonly #slotsAddress: number;

  /**
   * @param controlAddress Address of a {@link ReceiveRingControl}.
   * @param slotsAddress Address of {@link RECEIVE_RING_BYTES} bytes.
   */
  constructor(memory: Memory, controlAddress: number, slotsAddress: number) {
    assert(slotsAddress % SLOT_HEADER_BYTES === 0, "slots are aligned");
    this.#memory = memory;
    this.#controlAddress = controlAddress;
    this.#slotsAddress = slotsAddress;
  }

  /**
   * The card's side: writes a packet into the next slot, and its length last, which the guest sees.
   * Drops and counts it if the slot is not empty or the packet is empty or too large.
   *
   * @param packet Copied.
   */
  receive(packet: Uint8Array): void {
    const tail = this.#deviceCounter("tail");
    const slot = this.#slotAddress(tail);
    const occupied = this.#memory.dmaRead(slot, SLOT_HEADER_BYTES).some((byte) => byte !== 0);
    if (occupied || packet.length === 0 || packet.length > PACKET_BYTES_MAX) {
      this.#setDeviceCounter("dropped", this.#deviceCounter("dropped") + 1);
      return;
    }
    this.#memory.dmaWrite(slot + SLOT_HEADER_BYTES, packet);
    this.#memory.dmaWrite(slot, u32Bytes(packet.length));
    this.#setDeviceCounter("tail", tail + 1);
  }

  /** The guest's side: the oldest packet, `undefined` if none waits. It stays in its slot. */
  peek(): WaitingPacket | undefined {
    const slot = this.#slotAddress(this.#memory.load32(this.#headAddress));
    const lengthBytes = this.#memory.load32(slot);
    if (lengthBytes === 0) return undefined;
    if (lengthBytes > PACKET_BYTES_MAX) {
      throw new GuestPanic(`a receive slot holds a packet of ${lengthBytes} bytes`);
    }
    return { address: slot + SLOT_HEADER_BYTES, lengthBytes };
  }

  /** The guest's side: gives the slot of the oldest packet back to the card. */
  release(): void {
    const head = this.#memory.load32(this.#headAddress);
    this.#memory.store32(this.#slotAddress(head), 0);
    this.#memory.store32(this.#headAddress, (head + 1) >>> 0);
  }

  get #headAddress(): number {
    return this.#controlAddress + ReceiveRingControl.offsets.head;
  }

  #slotAddress(counter: number): number {
    return this.#slotsAddress + (counter % RECEIVE_RING_CAPACITY) * RECEIVE_SLOT_BYTES;
  }

  #deviceCounter(name: "tail" | "dropped"): number {
    const offset = ReceiveRingControl.offsets[name];
    const bytes = this.#memory.dmaRead(this.#controlAddress + offset, 4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  #setDeviceCounter(name: "tail" | "dropped", value: number): void {
    const offset = ReceiveRingControl.offsets[name];
    this.#memory.dmaWrite(this.#controlAddress + offset, u32Bytes(value));
  }
}

function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
