import type { VirtioMmio } from "../../../../../src/guest/riscv/devices/virtio/virtio-mmio.ts";
import type { Memory } from "../../../../../src/memory/memory.ts";

// Numbers as a driver has them, from the standard and not from the library.
const SELECT_OFFERED = 0x014;
const OFFERED = 0x010;
const SELECT_ACCEPTED = 0x024;
const ACCEPTED = 0x020;
const QUEUE_SELECT = 0x030;
const QUEUE_SIZE = 0x038;
const QUEUE_READY = 0x044;
const NOTIFY = 0x050;
const STATUS = 0x070;

/** A piece of a buffer that a driver offers. */
export interface Piece {
  readonly address: number;
  readonly length: number;
  readonly write?: boolean;
}

/** Where the parts of a queue are. */
export interface QueuePlace {
  readonly table: number;
  readonly available: number;
  readonly used: number;
}

/** What a device gave back. */
export interface Used {
  readonly head: number;
  readonly length: number;
}

/** A queue in guest memory and what its driver remembers of it. */
export class DriverQueue implements QueuePlace {
  readonly #memory: Memory;
  readonly size: number;
  readonly table: number;
  readonly available: number;
  readonly used: number;
  #next = 0;
  #offered = 0;
  #seen = 0;

  /** @param start Address of 8 KiB for the three parts. */
  constructor(memory: Memory, start: number, size: number) {
    this.#memory = memory;
    this.size = size;
    this.table = start;
    this.available = start + 16 * size;
    this.used = start + 4096 + (size === 256 ? 1024 : 0);
  }

  /** The same queue, as far as the driver got, of a machine whose memory is a copy. */
  in(memory: Memory): DriverQueue {
    const copy = new DriverQueue(memory, this.table, this.size);
    copy.#next = this.#next;
    copy.#offered = this.#offered;
    copy.#seen = this.#seen;
    return copy;
  }

  /** Writes a descriptor. */
  describe(index: number, address: number, length: number, flags: number, next: number): void {
    const at = this.table + 16 * index;
    this.#memory.store64(at, BigInt(address));
    this.#memory.store32(at + 8, length);
    this.#memory.store16(at + 12, flags);
    this.#memory.store16(at + 14, next);
  }

  /** Makes a buffer available, in the descriptors after those of the last one. Returns its head. */
  offer(pieces: readonly Piece[]): number {
    const head = this.#next;
    for (const [number, { address, length, write = false }] of pieces.entries()) {
      const index = this.#next;
      this.#next = (index + 1) % this.size;
      const last = number === pieces.length - 1;
      this.describe(index, address, length, (last ? 0 : 1) | (write ? 2 : 0), this.#next);
    }
    this.publish(head);
    return head;
  }

  /** Makes the chain of a head available. */
  publish(head: number): void {
    this.#memory.store16(this.available + 4 + 2 * (this.#offered % this.size), head);
    this.#offered = (this.#offered + 1) & 0xffff;
    this.#memory.store16(this.available + 2, this.#offered);
  }

  /** What was given back since the last call. */
  takeUsed(): Used[] {
    const used: Used[] = [];
    while (this.#seen !== this.#memory.load16(this.used + 2)) {
      const at = this.used + 4 + 8 * (this.#seen % this.size);
      used.push({ head: this.#memory.load32(at), length: this.#memory.load32(at + 4) });
      this.#seen = (this.#seen + 1) & 0xffff;
    }
    return used;
  }

  /** Whether the driver wants interrupts. */
  set interrupts(wanted: boolean) {
    this.#memory.store16(this.available, wanted ? 0 : 1);
  }
}

/** A driver that does what the standard asks of one, by the registers alone. */
export class Driver {
  readonly #device: VirtioMmio;
  readonly #memory: Memory;

  constructor(device: VirtioMmio, memory: Memory) {
    this.#device = device;
    this.#memory = memory;
  }

  read(offset: number): number {
    return this.#device.load(offset, 4);
  }

  write(offset: number, value: number): void {
    this.#device.store(offset, 4, value);
  }

  get status(): number {
    return this.read(STATUS);
  }

  /** The 64 offered feature bits. */
  offered(): { readonly low: number; readonly high: number } {
    this.write(SELECT_OFFERED, 1);
    const high = this.read(OFFERED);
    this.write(SELECT_OFFERED, 0);
    return { low: this.read(OFFERED), high };
  }

  /** Up to FEATURES_OK. Returns whether the device agreed. */
  negotiate(low: number = this.offered().low, high = 1): boolean {
    this.write(STATUS, 0);
    this.write(STATUS, 1);
    this.write(STATUS, 1 | 2);
    this.write(SELECT_ACCEPTED, 1);
    this.write(ACCEPTED, high);
    this.write(SELECT_ACCEPTED, 0);
    this.write(ACCEPTED, low);
    this.write(STATUS, 1 | 2 | 8);
    return (this.status & 8) !== 0;
  }

  /** Makes a queue ready. */
  setUp(index: number, start: number, size = 8): DriverQueue {
    const queue = new DriverQueue(this.#memory, start, size);
    this.place(index, queue, size);
    this.write(QUEUE_READY, 1);
    return queue;
  }

  /** Tells the device where a queue is, without making it ready. */
  place(index: number, { table, available, used }: QueuePlace, size: number): void {
    this.write(QUEUE_SELECT, index);
    this.write(QUEUE_SIZE, size);
    for (const [register, address] of [
      [0x080, table],
      [0x090, available],
      [0x0a0, used],
    ] as const) {
      this.write(register, address >>> 0);
      this.write(register + 4, Math.floor(address / 0x1_0000_0000));
    }
  }

  /** The last step: from now on the device works. */
  begin(): void {
    this.write(STATUS, 1 | 2 | 8 | 4);
  }

  notify(queue: number): void {
    this.write(NOTIFY, queue);
  }
}
