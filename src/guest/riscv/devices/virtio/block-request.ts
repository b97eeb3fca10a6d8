import { assert } from "../../../../sim/assert.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";
import type { GuestRam } from "./guest-ram.ts";
import { gather, type Segment, segmentBytes, sliceSegments } from "./segment.ts";

/** Bytes of a sector, the unit of addresses on a disk. */
export const SECTOR_BYTES = 512;
/** Most pieces of memory that the data of one request lie in. */
export const DATA_SEGMENTS_MAX = 8;
/** Most bytes in such a piece that a driver is told to use. */
export const SEGMENT_BYTES_MAX = 65_536;
/** Most bytes of data of one request, however they are cut up. */
export const DATA_BYTES_MAX: number = DATA_SEGMENTS_MAX * SEGMENT_BYTES_MAX;

/** What a disk does about a request; `fail` and `unsupported` are answers, and take as long. */
export const BLOCK_ACTIONS = ["read", "write", "flush", "identify", "fail", "unsupported"] as const;

/** One of {@link BLOCK_ACTIONS}. */
export type BlockAction = (typeof BLOCK_ACTIONS)[number];

/** A request with all that was read of it, so that nothing the guest changes later changes it. */
export interface BlockRequest {
  readonly action: BlockAction;
  /** First descriptor of its chain. */
  readonly head: number;
  /** First sector to read or write; otherwise 0. */
  readonly sector: number;
  /** The data to read, write or identify with; otherwise none. */
  readonly data: readonly Segment[];
  /** Where the one byte of the status goes. */
  readonly statusAddress: number;
}

const HEADER_BYTES = 16;
const TYPE_IN = 0;
const TYPE_OUT = 1;
const TYPE_FLUSH = 4;
const TYPE_GET_ID = 8;

/**
 * What a driver asks for. The header is the first 16 bytes to read and the status the last byte to
 * write, however they are spread over descriptors.
 *
 * Source: VIRTIO 1.2, 5.2.6 "Device Operation" of the block device.
 *
 * @returns The request, or what is wrong with it, for people to read: without header or status there is
 *   no way to answer.
 */
export function readRequest(
  ram: GuestRam,
  chain: DescriptorChain,
  capacitySectors: number,
): BlockRequest | string {
  const { head, readable, readableBytes, writable, writableBytes } = chain;
  if (readableBytes < HEADER_BYTES || writableBytes < 1) {
    return `expected a request with ${HEADER_BYTES} bytes to read and 1 to write, got ${readableBytes} and ${writableBytes} in the chain of ${head}`;
  }
  const header = gather(ram, sliceSegments(readable, 0, HEADER_BYTES));
  const view = new DataView(header.buffer);
  const sector = view.getUint32(12, true) * 0x1_0000_0000 + view.getUint32(8, true);
  const statusAddress = sliceSegments(writable, writableBytes - 1, 1)[0]!.address;
  const toRead = (): Segment[] =>
    sliceSegments(readable, HEADER_BYTES, readableBytes - HEADER_BYTES);
  const toWrite = (): Segment[] => sliceSegments(writable, 0, writableBytes - 1);
  const answer = (action: BlockAction): BlockRequest => {
    return { action, head, sector: 0, data: [], statusAddress };
  };
  const transfer = (action: "read" | "write", data: Segment[]): BlockRequest => {
    if (!isTransfer(sector, data, capacitySectors)) return answer("fail");
    return { action, head, sector, data, statusAddress };
  };
  switch (view.getUint32(0, true)) {
    case TYPE_IN:
      return transfer("read", toWrite());
    case TYPE_OUT:
      return transfer("write", toRead());
    case TYPE_FLUSH:
      return answer("flush");
    case TYPE_GET_ID: {
      const data = toWrite();
      return isBounded(data) ? { ...answer("identify"), data } : answer("fail");
    }
    default:
      return answer("unsupported");
  }
}

/** Whether data are whole sectors of the disk, and no more than a request may have. */
export function isTransfer(
  sector: number,
  data: readonly Segment[],
  capacitySectors: number,
): boolean {
  if (!isBounded(data)) return false;
  const bytes = segmentBytes(data);
  assert(bytes <= DATA_BYTES_MAX, "the data of a request have a bound");
  return bytes % SECTOR_BYTES === 0 && sector <= capacitySectors - bytes / SECTOR_BYTES;
}

/** Whether a request may have these data. */
export function isBounded(data: readonly Segment[]): boolean {
  return data.length <= DATA_SEGMENTS_MAX && segmentBytes(data) <= DATA_BYTES_MAX;
}
