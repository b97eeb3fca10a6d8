import { assert } from "../../../../sim/assert.ts";
import type { GuestRam } from "./guest-ram.ts";

/** A piece of a guest's buffer: at least one byte, all of them RAM. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** Bytes of all segments together. */
export function segmentBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}

/** The segments that hold `length` bytes from the byte number `start` on. */
export function sliceSegments(
  segments: readonly Segment[],
  start: number,
  length: number,
): Segment[] {
  const slice: Segment[] = [];
  let skip = start;
  let left = length;
  for (const segment of segments) {
    if (left === 0) break;
    if (skip >= segment.length) {
      skip -= segment.length;
      continue;
    }
    const part = Math.min(segment.length - skip, left);
    slice.push({ address: segment.address + skip, length: part });
    left -= part;
    skip = 0;
  }
  assert(left === 0, "a slice lies within its segments");
  return slice;
}

/** Reads all segments, one after the other; the caller keeps the bytes. */
export function gather(ram: GuestRam, segments: readonly Segment[]): Uint8Array {
  const bytes = new Uint8Array(segmentBytes(segments));
  let done = 0;
  for (const { address, length } of segments) {
    bytes.set(ram.read(address, length), done);
    done += length;
  }
  assert(done === bytes.length, "every segment was read");
  return bytes;
}

/** Writes bytes into the segments, one after the other, and nothing behind them. */
export function scatter(ram: GuestRam, segments: readonly Segment[], bytes: Uint8Array): void {
  let done = 0;
  for (const { address, length } of segments) {
    if (done === bytes.length) break;
    const part = Math.min(length, bytes.length - done);
    ram.write(address, bytes.subarray(done, done + part));
    done += part;
  }
  assert(done === bytes.length, "there is room for all bytes");
}
