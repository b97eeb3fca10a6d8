import { REGIONS_MAX, REGISTER_BYTES_MAX } from "../../checkpoint/message.ts";
import { ADDRESS_PAGES_MAX } from "../../memory/page.ts";
import { PageSet } from "../../memory/page-set.ts";
import type { ByteReader } from "../../sim/byte-reader.ts";
import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

/** Most runs of pages that an inventory is believed. */
const RUNS_MAX = 1 << 20;

/** All of a stopped machine but the contents of its pages. */
export interface Inventory {
  readonly term: number;
  /** Pages of each memory region, in the order in which the machine lists them. */
  readonly regionPages: readonly number[];
  /** The guest's registers and device state. */
  readonly registers: Uint8Array;
  /** Pages that may hold anything but zeros. */
  readonly pages: PageSet;
}

/** An inventory as bytes, its pages as runs of consecutive ones. */
export function encodeInventory({ term, regionPages, registers, pages }: Inventory): Uint8Array {
  const runs: [first: number, count: number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === page) last[1] += 1;
    else runs.push([page, 1]);
  }
  const writer = new ByteWriter(64 + registers.length).u32(term).u16(regionPages.length);
  for (const count of regionPages) writer.u32(count);
  writer.u32(registers.length).bytes(registers).u32(runs.length);
  for (const [first, count] of runs) writer.u32(first).u32(count);
  return sealed(writer);
}

/** Reads an inventory; `undefined` for anything else. */
export function decodeInventory(bytes: Uint8Array): Inventory | undefined {
  const reader = unsealed(bytes);
  if (reader === undefined) return undefined;
  const term = reader.u32();
  const regionPages = list(reader, Math.min(reader.u16(), REGIONS_MAX));
  const length = reader.u32();
  if (length > REGISTER_BYTES_MAX) return undefined;
  const registers = reader.bytes(length).slice();
  const runs = reader.u32();
  if (runs > RUNS_MAX) return undefined;
  const pages = new PageSet();
  for (let run = 0; run < runs; run += 1) {
    const [first, count] = [reader.u32(), reader.u32()];
    if (reader.failed || first + count > ADDRESS_PAGES_MAX) return undefined;
    pages.addRange(first, count);
  }
  return reader.complete ? { term, regionPages, registers, pages } : undefined;
}

function list(reader: ByteReader, count: number): number[] {
  return Array.from({ length: count }, () => reader.u32());
}
