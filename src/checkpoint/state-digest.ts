import type { Extent } from "../memory/extent.ts";
import type { MemoryDigest } from "../memory/memory-digest.ts";
import { xxh32 } from "../sim/hash.ts";

/**
 * Hash of a machine's whole state, memory and registers, for the memory-identity check.
 *
 * @param instead Pages to take instead of those in memory, by number.
 */
export function stateDigest(
  memory: MemoryDigest,
  registers: Uint8Array,
  instead?: ReadonlyMap<number, Extent>,
): string {
  return `${memory.digest(instead)}-${xxh32(registers).toString(16).padStart(8, "0")}`;
}
