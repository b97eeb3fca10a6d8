import { PAGE_SIZE } from "../../../../memory/page.ts";
import { assert } from "../../../../sim/assert.ts";
import type { ByteReader } from "../../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../../sim/byte-writer.ts";
import { StandinRangeError, StandinTypeError } from "../../../../sim/errors.ts";
import type { GuestStorage } from "../../../guest.ts";
import {
  type BlockRequest,
  DATA_SEGMENTS_MAX,
  isBounded,
  isTransfer,
  readRequest,
  SECTOR_BYTES,
  SEGMENT_BYTES_MAX,
} from "./block-request.ts";
import type { QueueRegisters } from "./queue-registers.ts";
import { parseSlots, RequestSlots, saveNoSlots } from "./request-slots.ts";
import { expectState } from "./saved-state.ts";
import { gather, scatter, segmentBytes, sliceSegments } from "./segment.ts";
import type { VirtioDevice, VirtioPort } from "./virtio-device.ts";

/** Time from the notification to the completion of a request, in ticks: 100 µs of a machine of 100 MIPS. */
const LATENCY_TICKS_DEFAULT = 10_000;
/** Longest such time, so that the sum of tick and latency stays exact. */
const LATENCY_TICKS_MAX = 0x1_0000_0000;
/** Bytes of the answer to GET_ID. */
const ID_BYTES = 20;

const SIZE_MAX = 1 << 1;
const SEG_MAX = 1 << 2;
const FLUSH = 1 << 9;

const STATUS_OK = 0;
const STATUS_IOERR = 1;
const STATUS_UNSUPP = 2;

/** A read at the moment at which it is done, see `DiskRead` of guests. */
export interface BlockRead {
  readonly sizeBytes: number;
  /** Ticks from the notification. */
  readonly tookTicks: number;
  /** Reads the disk: bytes that the caller keeps. */
  readonly own: () => Uint8Array;
}

/** Options of {@link BlockDevice}. */
export interface BlockDeviceOptions {
  /** Address in the machine's memory at which the disk's contents begin: out of the guest's reach. */
  readonly diskStart: number;
  /** Bytes of the disk, a multiple of 512. */
  readonly diskBytes: number;
  /** Ticks from the notification to the completion of a request, at least 1. Default 10,000. */
  readonly latencyTicks?: number;
  /** Name that the driver reads by GET_ID: at most 20 characters of ASCII. Default "standin". */
  readonly id?: string;
  /**
   * Asked for the bytes of each read when it is done, as many as were asked for; they are copied. Default: those
   * that the disk holds.
   */
  readonly onRead?: ((read: BlockRead) => Uint8Array) | undefined;
  /** Mistakes for tests to notice. */
  readonly broken?: {
    /** A checkpoint lacks the requests in flight: nobody ever completes them after it is restored. */
    readonly requestsInFlightNotSaved?: boolean;
    /** A checkpoint lacks that requests wait which the disk was told of while it was blocked. */
    readonly blockedRequestLost?: boolean;
    /** A disk that is no longer blocked forgets what it was told of meanwhile. */
    readonly noLookAtUnblock?: boolean;
  };
}

/**
 * A disk whose contents are pages of the machine's memory, so that each sector written dirties a page
 * as any write does.
 *
 * A request is read once, when the driver notifies, and done `latencyTicks` later: only then data
 * move and the status is written. Meanwhile it occupies one of 16 slots, which are part of the
 * device's state; when all are taken, further requests wait in the queue until one is done. A write
 * is on the disk once it is done, so there is nothing left for a flush to do.
 *
 * While it is blocked it takes no request, and remembers that it has to look for them (US11281538). It looks
 * when the machine next runs unblocked, here or where its state was restored.
 *
 * Source: VIRTIO 1.2, 5.2 "Block Device"; feature bits SIZE_MAX, SEG_MAX, FLUSH and VERSION_1.
 */
export class BlockDevice implements VirtioDevice, GuestStorage {
  readonly kind = "virtio-blk";
  readonly deviceId = 2;
  readonly features: number = SIZE_MAX | SEG_MAX | FLUSH;
  readonly queueCount = 1;
  readonly config: Uint8Array;
  readonly #diskStart: number;
  readonly #sectors: number;
  readonly #latencyTicks: number;
  readonly #builtId: Uint8Array;
  #id: Uint8Array;
  readonly #onRead: (read: BlockRead) => Uint8Array;
  readonly #broken: NonNullable<BlockDeviceOptions["broken"]>;
  readonly #slots = new RequestSlots();
  #isBlocked = false;
  /** There may be requests in the queue that it was told of and has not looked for. */
  #hasMore = false;
  #port: VirtioPort | undefined;

  /**
   * @throws `StandinRangeError` `DISK_RANGE`, `DISK_LATENCY`; `StandinTypeError` `DISK_ID`.
   */
  constructor(options: BlockDeviceOptions) {
    const { diskStart, diskBytes, latencyTicks = LATENCY_TICKS_DEFAULT, id = "standin" } = options;
    this.#diskStart = expectDisk(diskStart, diskBytes);
    this.#sectors = diskBytes / SECTOR_BYTES;
    this.#latencyTicks = expectLatency(latencyTicks);
    this.#builtId = idBytes(id);
    this.#id = this.#builtId;
    this.#onRead = options.onRead ?? (({ own }) => own());
    this.#broken = options.broken ?? {};
    this.config = configOf(this.#sectors);
  }

  get nextTick(): number {
    return this.#slots.nextTick;
  }

  get activeRequests(): number {
    return this.#slots.length;
  }

  block(): void {
    this.#isBlocked = true;
  }

  unblock(): void {
    this.#isBlocked = false;
    if (this.#broken.noLookAtUnblock) this.#hasMore = false;
  }

  /** The disk's name from now on, of which 20 characters count; without one that with which it was made. */
  rename(id?: string): void {
    this.#id = id === undefined ? this.#builtId : idBytes(id.slice(0, ID_BYTES));
  }

  /** Takes the requests that it was told of while it was blocked, if it no longer is. */
  catchUp(): void {
    if (this.#hasMore && !this.#isBlocked) this.#takeRequests(this.#connected.now());
  }

  /** @throws `StandinRangeError` `DISK_RANGE` unless the memory has all pages of the disk. */
  attach(port: VirtioPort): void {
    assert(this.#port === undefined, "a device has one transport");
    assert(port.queues.length === this.queueCount, "a disk has one queue");
    const end = this.#diskStart + this.#sectors * SECTOR_BYTES;
    const first = Math.floor(this.#diskStart / PAGE_SIZE);
    const region = port.memory.regionAt(first);
    if (region?.contains(Math.ceil(end / PAGE_SIZE) - 1) !== true) {
      throw new StandinRangeError(
        "DISK_RANGE",
        `expected a region of the memory with the disk, got none with 0x${this.#diskStart.toString(16)} to 0x${end.toString(16)}`,
      );
    }
    this.#port = port;
  }

  notify(): void {
    this.#takeRequests(this.#connected.now());
  }

  advance(now: number): void {
    const { queues, interrupt } = this.#connected;
    const queue = queues[0]!;
    let done = 0;
    for (
      let request = this.#slots.takeDue(now);
      request !== undefined;
      request = this.#slots.takeDue(now)
    ) {
      queue.giveBack(request.head, this.#perform(request));
      done += 1;
    }
    if (done === 0) return;
    interrupt(queue);
    // requests that found all slots taken, and any that the driver has not notified of yet
    this.#takeRequests(now);
  }

  drop(): void {
    this.#slots.clear();
    this.#hasMore = false;
  }

  save(writer: ByteWriter): void {
    if (this.#broken.requestsInFlightNotSaved) saveNoSlots(writer);
    else this.#slots.save(writer, this.#hasMore && !this.#broken.blockedRequestLost);
  }

  parse(reader: ByteReader, queues: readonly QueueRegisters[] | undefined): () => void {
    const queue = queues?.[0];
    const size = queue?.ready === true ? queue.size : 0;
    const { inFlight, hasMore } = parseSlots(
      reader,
      (request) => request.head < size && this.#isPossible(request),
    );
    expectState(!hasMore || size > 0, "no requests of a queue that is not ready", "some");
    if (queue !== undefined && !this.#broken.requestsInFlightNotSaved) {
      const out = (queue.taken - queue.used) & 0xffff;
      expectState(inFlight.length === out, `${out} requests in flight`, inFlight.length);
    }
    return () => {
      this.#slots.restore(inFlight);
      this.#hasMore = hasMore;
      this.#isBlocked = false;
    };
  }

  #takeRequests(now: number): void {
    this.#hasMore = this.#isBlocked;
    if (this.#isBlocked) return;
    const { ram, queues, fail } = this.#connected;
    const queue = queues[0]!;
    while (!this.#slots.isFull) {
      const chain = queue.take();
      if (chain === undefined) return;
      const request = readRequest(ram, chain, this.#sectors);
      if (typeof request === "string") {
        fail(request);
        return;
      }
      assert(this.#isPossible(request), "a request is one that a checkpoint may hold");
      this.#slots.push(request, now + this.#latencyTicks);
    }
  }

  /** Moves the data and writes the status; returns how many bytes the driver may look at. */
  #perform({ action, sector, data, statusAddress }: BlockRequest): number {
    const { memory, ram } = this.#connected;
    const address = this.#diskStart + sector * SECTOR_BYTES;
    let status = STATUS_OK;
    let written = 1;
    if (action === "read") {
      const sizeBytes = segmentBytes(data);
      const own = (): Uint8Array => memory.dmaRead(address, sizeBytes);
      const bytes = this.#onRead({ sizeBytes, tookTicks: this.#latencyTicks, own });
      assert(bytes.length === sizeBytes, "a read is answered whole");
      scatter(ram, data, bytes);
      written += bytes.length;
    } else if (action === "write") memory.dmaWrite(address, gather(ram, data));
    else if (action === "identify") {
      const length = Math.min(ID_BYTES, segmentBytes(data));
      scatter(ram, sliceSegments(data, 0, length), this.#id.subarray(0, length));
      written += length;
    } else if (action === "fail") status = STATUS_IOERR;
    else if (action === "unsupported") status = STATUS_UNSUPP;
    ram.write(statusAddress, Uint8Array.of(status));
    return written;
  }

  #isPossible({ action, sector, data, statusAddress }: BlockRequest): boolean {
    const { ram } = this.#connected;
    if (!ram.contains(statusAddress, 1)) return false;
    if (!data.every(({ address, length }) => length > 0 && ram.contains(address, length))) {
      return false;
    }
    if (action === "read" || action === "write") return isTransfer(sector, data, this.#sectors);
    if (sector !== 0) return false;
    return action === "identify" ? isBounded(data) : data.length === 0;
  }

  get #connected(): VirtioPort {
    assert(this.#port !== undefined, "a device is used through its transport");
    return this.#port;
  }
}

/** Capacity, then the bounds that SIZE_MAX and SEG_MAX announce. */
function configOf(sectors: number): Uint8Array {
  const config = new DataView(new ArrayBuffer(16));
  config.setUint32(0, sectors, true);
  config.setUint32(8, SEGMENT_BYTES_MAX, true);
  config.setUint32(12, DATA_SEGMENTS_MAX, true);
  return new Uint8Array(config.buffer);
}

function expectDisk(start: number, bytes: number): number {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(bytes) && start >= 0;
  if (whole && bytes > 0 && bytes % SECTOR_BYTES === 0 && start % PAGE_SIZE === 0) return start;
  throw new StandinRangeError(
    "DISK_RANGE",
    `expected a disk of whole sectors of ${SECTOR_BYTES} bytes at a page, got ${bytes} bytes at ${start}`,
  );
}

function expectLatency(ticks: number): number {
  if (Number.isSafeInteger(ticks) && ticks >= 1 && ticks <= LATENCY_TICKS_MAX) return ticks;
  throw new StandinRangeError(
    "DISK_LATENCY",
    `expected a latency from 1 to ${LATENCY_TICKS_MAX} ticks, got ${ticks}`,
  );
}

function idBytes(id: string): Uint8Array {
  const codes = Array.from(id, (character) => character.codePointAt(0)!);
  if (codes.length > ID_BYTES || codes.some((code) => code < 0x20 || code > 0x7e)) {
    throw new StandinTypeError(
      "DISK_ID",
      `expected at most ${ID_BYTES} printable characters of ASCII, got "${id}"`,
    );
  }
  const bytes = new Uint8Array(ID_BYTES);
  bytes.set(codes);
  return bytes;
}
