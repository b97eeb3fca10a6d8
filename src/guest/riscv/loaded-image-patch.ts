import { StandinRangeError } from "../../sim/errors.ts";
import { type LoadedImage, rangeHolds } from "./loaded-image.ts";

const WORD_BYTES = 4;

/**
 * A program with other values in some words of its data, as if it had been built so: the way to set an
 * option that it keeps at a symbol.
 *
 * @param words Values by symbol, 0 to 2^32 - 1, stored in the guest's byte order.
 * @returns A new image. Segments that are not written to are those of `image`, which stays as it is.
 * @throws StandinRangeError `IMAGE_SYMBOL` for a name that the image does not have, `IMAGE_WORD` for a
 *   symbol that is not at four bytes of one segment, or no 32-bit value.
 */
export function patchImage(
  image: LoadedImage,
  words: Readonly<Record<string, number>>,
): LoadedImage {
  const segments = [...image.segments];
  for (const [name, value] of Object.entries(words)) {
    const address = addressOf(image, name);
    const word = { address, sizeBytes: WORD_BYTES };
    const index = segments.findIndex(({ address: start, bytes }) =>
      rangeHolds({ address: start, sizeBytes: bytes.length }, word),
    );
    const segment = segments[index];
    if (segment === undefined || value >>> 0 !== value) {
      const place = segment === undefined ? "outside the image's bytes" : "in it";
      throw new StandinRangeError(
        "IMAGE_WORD",
        `expected a word of 32 bits in the image for ${name}, got ${value} ${place}`,
      );
    }
    const bytes = segment.bytes.slice();
    new DataView(bytes.buffer).setUint32(address - segment.address, value, true);
    segments[index] = { ...segment, bytes };
  }
  return { ...image, segments };
}

function addressOf({ symbols }: LoadedImage, name: string): number {
  const address = symbols.get(name);
  if (address !== undefined) return address;
  throw new StandinRangeError(
    "IMAGE_SYMBOL",
    `expected a symbol of the image, got ${name}, which is none of its ${symbols.size}`,
  );
}
