import { assert } from "../../../../sim/assert.ts";
import type { ByteReader } from "../../../../sim/byte-reader.ts";
import { StandinRangeError } from "../../../../sim/errors.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";
import type { QueueRegisters } from "./queue-registers.ts";
import { expectState } from "./saved-state.ts";
import { gather, scatter, sliceSegments } from "./segment.ts";
import type { VirtioDevice, VirtioPort } from "./virtio-device.ts";

/** Bytes of the header before each frame; its fields mean nothing without offloads. */
const HEADER_BYTES = 12;
/** Place of the 16-bit count of buffers that a received frame takes, in the header. */
const BUFFER_COUNT_AT = 10;

const RECEIVE_QUEUE = 0;
const TRANSMIT_QUEUE = 1;

/** Least bytes of a frame that is carried: both addresses and the type. */
export const FRAME_BYTES_MIN = 14;
/** Most bytes of a frame that is carried: 1500 of payload behind a header with a VLAN tag. */
export const FRAME_BYTES_MAX = 1_518;

/** Options of {@link NetDevice}. */
export interface NetDeviceOptions {
  /** The card's address, 6 bytes; copied. Not a group address. */
  readonly mac: Uint8Array;
  /**
   * Takes a frame that the guest sends, while the guest's store to the notify register is under way.
   * The bytes are the receiver's to keep. Frames too short or too long for Ethernet are not sent.
   */
  readonly onFrame: (frame: Uint8Array) => void;
}

/**
 * A network card without offloads. It has no memory of its own: a frame that is sent leaves at once,
 * and one that arrives goes into a buffer of the guest or is refused, so that there is never a
 * frame on the card that a checkpoint could miss. Who offers a refused frame again after the guest
 * has touched the card's registers ({@link NetDevice.wantsFrame}) loses none; who drops it does as real cards do.
 *
 * Source: VIRTIO 1.2, 5.1 "Network Device"; feature bits MAC and VERSION_1.
 */
export class NetDevice implements VirtioDevice {
  readonly kind = "virtio-net";
  readonly deviceId = 1;
  /** VIRTIO_NET_F_MAC. */
  readonly features: number = 1 << 5;
  readonly queueCount = 2;
  readonly config: Uint8Array;
  readonly nextTick: number = Infinity;
  readonly #onFrame: (frame: Uint8Array) => void;
  #port: VirtioPort | undefined;

  /** @throws `StandinRangeError` `MAC_ADDRESS`. */
  constructor({ mac, onFrame }: NetDeviceOptions) {
    this.config = new Uint8Array(6);
    this.setAddress(mac);
    this.#onFrame = onFrame;
  }

  /**
   * Gives the card another address, which its driver sees in the configuration space.
   *
   * @param mac 6 bytes, copied. Not a group address.
   * @throws `StandinRangeError` `MAC_ADDRESS`.
   */
  setAddress(mac: Uint8Array): void {
    if (mac.length !== 6 || (mac[0]! & 1) !== 0) {
      const given = Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join(":");
      throw new StandinRangeError(
        "MAC_ADDRESS",
        `expected 6 bytes of which the first is even, got "${given}"`,
      );
    }
    this.config.set(mac);
  }

  /** Whether the guest has a buffer for a frame. */
  get wantsFrame(): boolean {
    const { running, queues } = this.#connected;
    return running && queues[RECEIVE_QUEUE]!.hasAvailable;
  }

  /**
   * A frame arrives.
   *
   * @param frame Copied.
   * @returns False if the guest has no buffer for it now, or no driver: the caller may offer it again.
   *   True if it was dealt with: written, or dropped because it is no Ethernet frame or longer
   *   than the guest's buffer, which then stays for the next.
   */
  receive(frame: Uint8Array): boolean {
    if (!isCarried(frame.length)) return true;
    if (!this.wantsFrame) return false;
    const { ram, queues, interrupt } = this.#connected;
    const queue = queues[RECEIVE_QUEUE]!;
    const chain = queue.peek();
    if (chain === undefined || !this.#isReceiveBuffer(chain)) return false;
    const bytes = new Uint8Array(HEADER_BYTES + frame.length);
    if (chain.writableBytes < bytes.length) return true;
    bytes[BUFFER_COUNT_AT] = 1;
    bytes.set(frame, HEADER_BYTES);
    const taken = queue.take();
    assert(taken?.head === chain.head, "the buffer looked at is the one taken");
    scatter(ram, chain.writable, bytes);
    queue.giveBack(chain.head, bytes.length);
    interrupt(queue);
    return true;
  }

  attach(port: VirtioPort): void {
    assert(this.#port === undefined, "a device has one transport");
    assert(port.queues.length === this.queueCount, "a card has a queue for each direction");
    this.#port = port;
  }

  notify(queue: number): void {
    // a buffer to receive into is looked at when there is a frame for it
    if (queue === TRANSMIT_QUEUE) this.#transmit();
  }

  advance(): void {
    // frames leave at once
  }

  drop(): void {
    // nothing is ever in flight
  }

  save(): void {
    // all state lies in the transport and in the guest's memory
  }

  /** @throws `StandinRangeError` `GUEST_REGISTERS` for a queue with buffers that a card never keeps. */
  parse(_reader: ByteReader, queues: readonly QueueRegisters[] | undefined): () => void {
    for (const { taken, used } of queues ?? []) {
      expectState(taken === used, "no buffer kept by a network card", (taken - used) & 0xffff);
    }
    return () => undefined;
  }

  #transmit(): void {
    const { ram, queues, interrupt } = this.#connected;
    const queue = queues[TRANSMIT_QUEUE]!;
    let sent = 0;
    for (let chain = queue.take(); chain !== undefined; chain = queue.take()) {
      if (!this.#isTransmitBuffer(chain)) break;
      const length = chain.readableBytes - HEADER_BYTES;
      const frame = isCarried(length)
        ? gather(ram, sliceSegments(chain.readable, HEADER_BYTES, length))
        : undefined;
      queue.giveBack(chain.head, 0);
      sent += 1;
      if (frame !== undefined) this.#onFrame(frame);
    }
    if (sent > 0) interrupt(queue);
  }

  #isReceiveBuffer({ head, readable, writableBytes }: DescriptorChain): boolean {
    if (readable.length === 0 && writableBytes >= HEADER_BYTES) return true;
    this.#connected.fail(
      `expected a buffer to write at least ${HEADER_BYTES} bytes into and none to read, got the chain of ${head}`,
    );
    return false;
  }

  #isTransmitBuffer({ head, writable, readableBytes }: DescriptorChain): boolean {
    if (writable.length === 0 && readableBytes >= HEADER_BYTES) return true;
    this.#connected.fail(
      `expected a buffer to read at least ${HEADER_BYTES} bytes from and none to write, got the chain of ${head}`,
    );
    return false;
  }

  get #connected(): VirtioPort {
    assert(this.#port !== undefined, "a device is used through its transport");
    return this.#port;
  }
}

function isCarried(frameBytes: number): boolean {
  return frameBytes >= FRAME_BYTES_MIN && frameBytes <= FRAME_BYTES_MAX;
}
