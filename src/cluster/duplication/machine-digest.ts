import { stateDigest } from "../../checkpoint/state-digest.ts";
import type { PageSpan } from "../../guest/guest.ts";
import { type Extent, ZERO_EXTENT } from "../../memory/extent.ts";
import type { Memory } from "../../memory/memory.ts";
import type { MemoryDigest } from "../../memory/memory-digest.ts";
import { xxh32 } from "../../sim/hash.ts";

/** Hash of a machine's state but for its reserved memory: what a duplicate and its source have in common. */
export function machineDigest(
  memory: MemoryDigest,
  registers: Uint8Array,
  { firstPage, pageCount }: PageSpan,
): string {
  const instead = new Map<number, Extent>();
  for (let index = 0; index < pageCount; index += 1) instead.set(firstPage + index, ZERO_EXTENT);
  return stateDigest(memory, registers, instead);
}

/** Hash of what lies in a machine's reserved memory. */
export function reservedDigest(memory: Memory, { firstPage, pageCount }: PageSpan): string {
  const pages = Array.from({ length: pageCount }, (_, index) => memory.page(firstPage + index));
  return pages.map((bytes) => xxh32(bytes).toString(16).padStart(8, "0")).join("-");
}
