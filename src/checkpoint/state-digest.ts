import type { MemoryDigest } from "../memory/memory-digest.ts";
import { xxh32 } from "../sim/hash.ts";

/** Hash of a machine's whole state, memory and registers, for the memory-identity check. */
export function stateDigest(memory: MemoryDigest, registers: Uint8Array): string {
  return `${memory.digest()}-${xxh32(registers).toString(16).padStart(8, "0")}`;
}
