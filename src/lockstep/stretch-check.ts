import { xxh32 } from "../sim/hash.ts";

/**
 * Check value over a machine's registers at the end of a stretch and everything that it sent in it, in
 * order: two machines that have it in common have, as far as one can tell from outside, done the same.
 */
export function stretchCheck(registers: Uint8Array, sent: readonly Uint8Array[]): number {
  let check = xxh32(registers);
  // Chained, so that order and borders of packets count.
  for (const packet of sent) check = xxh32(packet, check);
  return check;
}
