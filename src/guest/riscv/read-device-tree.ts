import { StandinRangeError } from "../../sim/errors.ts";
import type { MemoryMapEntry } from "../firmware/memory-map.ts";
import { type AddressRange, rangeHolds } from "./loaded-image.ts";

const MAGIC = 0xd00d_feed;
const STRUCTURE_OFFSET = 8;
const STRINGS_OFFSET = 12;

const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const NOTHING = 4;
const END = 9;

/** Bytes of a `reg` of one range: address and size, two cells each. */
const RANGE_BYTES = 16;

/**
 * The memory map that a flattened device tree tells: the ranges of `memory` nodes, without what is taken
 * out of them by `reserved-memory`, then that. As an operating system reads it.
 *
 * @param bytes Where the tree begins; they may go on behind it.
 * @throws StandinRangeError `MEMORY_MAP` for what is no device tree of this kind.
 */
export function readTreeMemoryMap(bytes: Uint8Array): readonly MemoryMapEntry[] {
  const memory: AddressRange[] = [];
  const reserved: AddressRange[] = [];
  for (const { path, range } of registersIn(bytes)) {
    const [, first = "", second] = path;
    if (first.startsWith("memory@") && second === undefined) memory.push(range);
    if (first === "reserved-memory" && second !== undefined) reserved.push(range);
  }
  reserved.sort((a, b) => a.address - b.address);
  const usable = memory.flatMap((range) => without(range, reserved));
  return [
    ...usable.map((range): MemoryMapEntry => ({ ...range, kind: "usable" })),
    ...reserved.map((range): MemoryMapEntry => ({ ...range, kind: "reserved" })),
  ];
}

/** What is left of a range. */
function without(range: AddressRange, taken: readonly AddressRange[]): readonly AddressRange[] {
  const left: AddressRange[] = [];
  let { address } = range;
  for (const each of taken.filter((other) => rangeHolds(range, other))) {
    if (each.address > address) left.push({ address, sizeBytes: each.address - address });
    address = each.address + each.sizeBytes;
  }
  const sizeBytes = range.address + range.sizeBytes - address;
  return sizeBytes > 0 ? [...left, { address, sizeBytes }] : left;
}

/** Every property `reg` of one range, with the names of the nodes that lead to it. */
function* registersIn(
  bytes: Uint8Array,
): Iterable<{ readonly path: readonly string[]; readonly range: AddressRange }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cell = (at: number): number =>
    at >= 0 && at + 4 <= bytes.length ? view.getUint32(at) : refuse();
  const u64 = (at: number): number => cell(at) * 0x1_0000_0000 + cell(at + 4);
  if (cell(0) !== MAGIC) refuse();
  const strings = cell(STRINGS_OFFSET);
  const path: string[] = [];
  let at = cell(STRUCTURE_OFFSET);
  for (;;) {
    const token = cell(at);
    at += 4;
    if (token === END) return;
    if (token === END_NODE) path.pop();
    else if (token === BEGIN_NODE) {
      const name = textAt(bytes, at);
      path.push(name);
      at += aligned(name.length + 1);
    } else if (token === PROPERTY) {
      const length = cell(at);
      const name = textAt(bytes, strings + cell(at + 4));
      const value = at + 8;
      if (name === "reg" && length === RANGE_BYTES) {
        yield { path: [...path], range: { address: u64(value), sizeBytes: u64(value + 8) } };
      }
      at = value + aligned(length);
    } else if (token !== NOTHING) refuse();
  }
}

function aligned(lengthBytes: number): number {
  return Math.ceil(lengthBytes / 4) * 4;
}

function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at);
  if (end < 0) refuse();
  return String.fromCharCode(...bytes.subarray(at, end));
}

function refuse(): never {
  throw new StandinRangeError("MEMORY_MAP", "expected a flattened device tree, got other bytes");
}
