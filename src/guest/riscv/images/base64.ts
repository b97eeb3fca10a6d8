import { StandinRangeError } from "../../../sim/errors.ts";

/** The value of a digit is its place (RFC 4648, table 1). */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bits of a digit, of a byte. */
const DIGIT_BITS = 6;
const BYTE_BITS = 8;

/**
 * The bytes that a text in Base64 stands for: in the alphabet of RFC 4648, section 4, with padding.
 * The engine's own decoders differ between the platforms that the library runs on.
 *
 * @param lines The text, cut anywhere.
 * @returns New bytes that the caller keeps.
 * @throws StandinRangeError `BASE64` for other characters, a length that is no multiple of four, or
 *   padding elsewhere than at the end.
 */
export function decodeBase64(lines: readonly string[]): Uint8Array {
  const text = lines.join("");
  const digits = text.replace(/={1,2}$/, "");
  if (text.length % 4 !== 0) {
    throw new StandinRangeError(
      "BASE64",
      `expected a number of characters that is a multiple of 4, got ${text.length}`,
    );
  }
  const bytes = new Uint8Array(Math.floor((digits.length * DIGIT_BITS) / BYTE_BITS));
  let length = 0;
  /** Digits read and not yet written as bytes: the lowest `bits` of them. */
  let buffer = 0;
  let bits = 0;
  for (const character of digits) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) {
      throw new StandinRangeError(
        "BASE64",
        `expected a digit of Base64, got ${JSON.stringify(character)}`,
      );
    }
    buffer = ((buffer << DIGIT_BITS) | digit) & 0xffff;
    bits += DIGIT_BITS;
    if (bits < BYTE_BITS) continue;
    bits -= BYTE_BITS;
    bytes[length] = (buffer >>> bits) & 0xff;
    length += 1;
  }
  return bytes;
}
