import { StandinRangeError } from "../../sim/errors.ts";
import { shownAddress } from "./shown-address.ts";

/** Bytes of a program and where they belong. */
export interface ImageSegment {
  /** Physical address of the first byte, 0 to 2^32 - 1. */
  readonly address: number;
  /** Often a view of the file that it came from; nobody writes to it. */
  readonly bytes: Uint8Array;
  /** Zero bytes that follow. */
  readonly zeroBytes: number;
}

/** A program as a loader hands it to a machine. */
export interface LoadedImage {
  /** Where a hart begins. */
  readonly entry: number;
  readonly segments: readonly ImageSegment[];
  /** Addresses by name, as linked; empty for an image without names. */
  readonly symbols: ReadonlyMap<string, number>;
}

/** A range of physical addresses. */
export interface AddressRange {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Whether two ranges have a byte in common; an empty range has none. */
export function rangesOverlap(first: AddressRange, second: AddressRange): boolean {
  if (first.sizeBytes === 0 || second.sizeBytes === 0) return false;
  const firstEnd = first.address + first.sizeBytes;
  const secondEnd = second.address + second.sizeBytes;
  return first.address < secondEnd && second.address < firstEnd;
}

/** Whether the second range lies wholly in the first. */
export function rangeHolds(outer: AddressRange, inner: AddressRange): boolean {
  if (inner.address < outer.address) return false;
  return inner.address + inner.sizeBytes <= outer.address + outer.sizeBytes;
}

/** How errors show a range. */
export function shownRange({ address, sizeBytes }: AddressRange): string {
  return `${sizeBytes} bytes at ${shownAddress(address)}`;
}

/** All addresses of a segment, its zeros included. */
export function segmentRange({ address, bytes, zeroBytes }: ImageSegment): AddressRange {
  return { address, sizeBytes: bytes.length + zeroBytes };
}

/**
 * Refuses images that cannot be loaded together.
 *
 * @param images The first one's entry is where the machine begins.
 * @param memory Where they have to lie.
 * @returns The ranges that they take.
 * @throws StandinRangeError `IMAGE_MISSING` without any image, `IMAGE_TOO_LARGE` for a segment larger
 *   than the memory, `IMAGE_OUTSIDE_MEMORY`, `IMAGE_OVERLAP`, `IMAGE_ENTRY` for an entry that is not at
 *   an instruction of the image.
 */
export function expectLoadable(
  images: readonly LoadedImage[],
  memory: AddressRange,
): readonly AddressRange[] {
  const [main] = images;
  if (main === undefined) {
    throw new StandinRangeError("IMAGE_MISSING", "expected at least one image, got none");
  }
  const ranges: AddressRange[] = [];
  for (const range of images.flatMap(({ segments }) => segments.map(segmentRange))) {
    expectInMemory(range, memory);
    const other = ranges.find((each) => rangesOverlap(each, range));
    if (other !== undefined) {
      throw new StandinRangeError(
        "IMAGE_OVERLAP",
        `expected segments apart from each other, got ${shownRange(range)} over ${shownRange(other)}`,
      );
    }
    ranges.push(range);
  }
  expectEntry(main);
  return ranges;
}

function expectInMemory(range: AddressRange, memory: AddressRange): void {
  if (range.sizeBytes > memory.sizeBytes) {
    throw new StandinRangeError(
      "IMAGE_TOO_LARGE",
      `expected an image that fits a memory of ${shownRange(memory)}, got a segment of ${shownRange(range)}`,
    );
  }
  if (rangeHolds(memory, range)) return;
  throw new StandinRangeError(
    "IMAGE_OUTSIDE_MEMORY",
    `expected segments within the memory of ${shownRange(memory)}, got ${shownRange(range)}`,
  );
}

/** A hart that begins in zeros or between instructions would trap at once, at no fault of its program. */
function expectEntry({ entry, segments }: LoadedImage): void {
  const word = { address: entry, sizeBytes: 4 };
  const isCode = segments.some(({ address, bytes }) =>
    rangeHolds({ address, sizeBytes: bytes.length }, word),
  );
  if (entry % 4 === 0 && isCode) return;
  throw new StandinRangeError(
    "IMAGE_ENTRY",
    `expected an entry at a whole instruction of the image, got ${shownAddress(entry)}`,
  );
}
