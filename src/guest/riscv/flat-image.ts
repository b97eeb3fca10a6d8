import { StandinRangeError } from "../../sim/errors.ts";
import type { LoadedImage } from "./loaded-image.ts";
import { shownAddress } from "./shown-address.ts";

/** Where a flat image lies unless told otherwise: the first byte of the machine's memory. */
export const FLAT_IMAGE_ADDRESS = 0x8000_0000;

/**
 * A program without any format: its bytes as they are to lie in memory, its first word the first
 * instruction. Linux's `Image` and the output of `objcopy -O binary` are such.
 *
 * @param bytes Kept as they are, not copied: nobody may write to them.
 * @param address Physical address of the first byte, a multiple of 4.
 * @throws StandinRangeError `FLAT_IMAGE_EMPTY`, `FLAT_IMAGE_ADDRESS`.
 */
export function flatImage(bytes: Uint8Array, address: number = FLAT_IMAGE_ADDRESS): LoadedImage {
  if (bytes.length === 0) {
    throw new StandinRangeError("FLAT_IMAGE_EMPTY", "expected an image of some bytes, got 0 bytes");
  }
  const isAddress = Number.isSafeInteger(address) && address >= 0 && address % 4 === 0;
  if (!isAddress || address + bytes.length > 0x1_0000_0000) {
    throw new StandinRangeError(
      "FLAT_IMAGE_ADDRESS",
      `expected whole words below 2^32, got ${bytes.length} bytes at ${shownAddress(address)}`,
    );
  }
  return { entry: address, segments: [{ address, bytes, zeroBytes: 0 }], symbols: new Map() };
}
