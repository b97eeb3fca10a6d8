import { assert } from "../../../../sim/assert.ts";
import type { GuestRam } from "./guest-ram.ts";
import { type Segment, segmentBytes } from "./segment.ts";

/** Bytes of a descriptor: address (64 bits), length, flags and next (16 bits each). */
export const DESCRIPTOR_BYTES = 16;

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

/** A buffer that the driver has made available: what the device may read, then what it may write. */
export interface DescriptorChain {
  /** Number of its first descriptor, by which it is given back. */
  readonly head: number;
  readonly readable: readonly Segment[];
  readonly readableBytes: number;
  readonly writable: readonly Segment[];
  readonly writableBytes: number;
}

/**
 * Follows a chain from its head. The descriptors may hold anything; at most `queueSize` are read.
 *
 * Source: VIRTIO 1.2, 2.7.5 "The Virtqueue Descriptor Table".
 *
 * @param table Address of the descriptor table, which lies in RAM.
 * @returns The chain, or what is wrong with it, for people to read.
 */
export function readChain(
  ram: GuestRam,
  table: number,
  queueSize: number,
  head: number,
): DescriptorChain | string {
  const readable: Segment[] = [];
  const writable: Segment[] = [];
  let index = head;
  for (let count = 0; count < queueSize; count += 1) {
    if (index >= queueSize) {
      return `expected a descriptor below ${queueSize}, got ${index} in the chain of ${head}`;
    }
    const { address, length, flags, next } = readDescriptor(ram, table, index);
    if ((flags & INDIRECT) !== 0) return `expected no indirect descriptors, got one at ${index}`;
    if (length === 0) return `expected descriptors of at least 1 byte, got 0 at ${index}`;
    if (!ram.contains(address, length)) {
      const at = address.toString(16);
      return `expected descriptors within RAM, got ${length} bytes at 0x${at} at ${index}`;
    }
    if ((flags & WRITE) !== 0) writable.push({ address, length });
    else if (writable.length === 0) readable.push({ address, length });
    else return `expected what is to be read before what is to be written, got it at ${index}`;
    if ((flags & NEXT) === 0) return chainOf(head, readable, writable);
    index = next;
  }
  // a loop, or a driver that counts wrongly: more descriptors than there are in the table
  return `expected a chain of at most ${queueSize} descriptors, got more from ${head} on`;
}

function chainOf(head: number, readable: Segment[], writable: Segment[]): DescriptorChain {
  assert(readable.length + writable.length > 0, "a chain has a descriptor");
  const readableBytes = segmentBytes(readable);
  const writableBytes = segmentBytes(writable);
  return { head, readable, readableBytes, writable, writableBytes };
}

function readDescriptor(
  ram: GuestRam,
  table: number,
  index: number,
): { address: number; length: number; flags: number; next: number } {
  const bytes = ram.read(table + index * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES);
  const view = new DataView(bytes.buffer);
  // above 2^53 it is inexact, but still far outside RAM
  const address = view.getUint32(4, true) * 0x1_0000_0000 + view.getUint32(0, true);
  const length = view.getUint32(8, true);
  return { address, length, flags: view.getUint16(12, true), next: view.getUint16(14, true) };
}
