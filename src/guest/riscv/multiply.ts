/** The high 32 bits of the product of two unsigned words, as a signed word. */
export function multiplyHighUnsigned(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  // each sum stays below 2^32: (2^16 - 1)^2 + 2 * (2^16 - 1) = 2^32 - 1
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) | 0;
}

/** The high 32 bits of the product of two signed words. */
export function multiplyHighSigned(a: number, b: number): number {
  return (multiplyHighUnsigned(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

/** The high 32 bits of the product of a signed word and an unsigned one. */
export function multiplyHighMixed(a: number, b: number): number {
  return (multiplyHighUnsigned(a, b) - (a < 0 ? b : 0)) | 0;
}
