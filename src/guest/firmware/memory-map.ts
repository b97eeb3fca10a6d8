import type { Memory } from "../../memory/memory.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { SparseBacking } from "../../memory/sparse-backing.ts";
import { assert } from "../../sim/assert.ts";
import { ByteReader } from "../../sim/byte-reader.ts";
import { ByteWriter } from "../../sim/byte-writer.ts";
import { StandinRangeError } from "../../sim/errors.ts";

/** What a range of the host's memory is for. */
export type MemoryKind = "usable" | "reserved";

/** An entry of a firmware's memory map. */
export interface MemoryMapEntry {
  /** Address of the first byte. */
  readonly address: number;
  readonly sizeBytes: number;
  /** `usable`: the operating system's own. `reserved`: it is to leave the range alone. */
  readonly kind: MemoryKind;
}

/** "SMAP": what an operating system asks a PC's firmware for, and gets back (ACPI 6.5, chapter 15, INT 15h E820h). */
const SIGNATURE = 0x534d_4150;

/** Types of address ranges (ACPI 6.5, table 15.1). */
const TYPES: readonly MemoryKind[] = ["usable", "reserved"];

/** Most entries of a table. */
const ENTRIES_MAX = 128;

/**
 * The page in which firmware leaves its table, where nothing else can be: the last one below 4 GiB, where
 * the firmware of a PC is.
 */
export const FIRMWARE_PAGE = 0xf_ffff;

/** Name of the region of that page. */
const FIRMWARE_REGION = "firmware";

/**
 * A memory map as bytes: the signature and the number of entries, then of each base, length and type in
 * 20 bytes, as E820h returns them. Little endian.
 */
export function encodeMemoryMap(entries: readonly MemoryMapEntry[]): Uint8Array {
  assert(entries.length <= ENTRIES_MAX, "a memory map is short");
  const writer = new ByteWriter().u32(SIGNATURE).u32(entries.length);
  for (const { address, sizeBytes, kind } of entries) {
    for (const value of [address, sizeBytes]) {
      writer.u32(value % 0x1_0000_0000).u32(Math.floor(value / 0x1_0000_0000));
    }
    writer.u32(TYPES.indexOf(kind) + 1);
  }
  return writer.finish();
}

/**
 * Reads a memory map. As operating systems do, it takes every type but the first for reserved.
 *
 * @param bytes May go on behind the map.
 * @throws StandinRangeError `MEMORY_MAP` for what is none.
 */
export function decodeMemoryMap(bytes: Uint8Array): readonly MemoryMapEntry[] {
  const reader = new ByteReader(bytes);
  const signature = reader.u32();
  const count = reader.u32();
  if (signature !== SIGNATURE || count > ENTRIES_MAX) return refuse();
  const u64 = (): number => {
    const low = reader.u32();
    return low + reader.u32() * 0x1_0000_0000;
  };
  const entries = Array.from({ length: count }, (): MemoryMapEntry => {
    const [address, sizeBytes] = [u64(), u64()];
    return { address, sizeBytes, kind: reader.u32() === 1 ? "usable" : "reserved" };
  });
  return reader.failed ? refuse() : entries;
}

/** Puts the table of a machine whose RAM begins at address 0 into its memory, as its firmware does before it boots. */
export function putMemoryMap(memory: Memory, usableBytes: number, reservedBytes: number): void {
  const backing = new SparseBacking(1);
  memory.addRegion({
    name: FIRMWARE_REGION,
    basePage: FIRMWARE_PAGE,
    backing,
    stores: "seen",
  });
  const page = new Uint8Array(PAGE_SIZE);
  page.set(
    encodeMemoryMap([
      { address: 0, sizeBytes: usableBytes, kind: "usable" },
      { address: usableBytes, sizeBytes: reservedBytes, kind: "reserved" },
    ]),
  );
  memory.hostWrite(FIRMWARE_PAGE, page);
}

/**
 * Reads the table that {@link putMemoryMap} has put there.
 *
 * @throws StandinRangeError `MEMORY_MAP` if it is damaged, `ADDRESS_OUT_OF_RANGE` without one.
 */
export function readMemoryMap(memory: Memory): readonly MemoryMapEntry[] {
  return decodeMemoryMap(memory.dmaRead(FIRMWARE_PAGE * PAGE_SIZE, PAGE_SIZE));
}

function refuse(): never {
  throw new StandinRangeError("MEMORY_MAP", "expected a memory map of firmware, got other bytes");
}
