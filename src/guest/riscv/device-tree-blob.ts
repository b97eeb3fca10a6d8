import { assert } from "../../sim/assert.ts";
import { BigEndianBytes } from "./big-endian-bytes.ts";
import type { AddressRange } from "./loaded-image.ts";

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const COMPATIBLE_VERSION = 16;
const HEADER_BYTES = 40;
const RESERVATION_BYTES = 16;

const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;

/** Longest name of a node without its unit address, and of a property. */
const NAME_CHARACTERS_MAX = 31;
const NAME = /^[A-Za-z0-9,._+?#-]+$/;

/**
 * What a property holds: 32-bit cells, one text or several (each ends with a zero byte), bytes as they
 * are, or nothing, where being there is what counts.
 */
export type DeviceTreeValue = readonly number[] | readonly string[] | string | Uint8Array | true;

/** A node of a device tree. */
export interface DeviceTreeNode {
  /** Such as `"serial@10000000"`; empty for the root. */
  readonly name: string;
  readonly properties: readonly (readonly [name: string, value: DeviceTreeValue])[];
  readonly children?: readonly DeviceTreeNode[];
}

/** Options of {@link writeDeviceTree}. */
export interface DeviceTreeOptions {
  /** Memory that a boot loader has to leave alone, beside what nodes say. */
  readonly reservations?: readonly AddressRange[];
  /** Hart that the program begins on. */
  readonly bootHart?: number;
}

/**
 * A flattened device tree, as a boot loader hands it to an operating system (Devicetree Specification
 * 0.4, chapter 5): version 17, big endian.
 *
 * @returns Bytes that the caller keeps; their number is a multiple of 8.
 */
export function writeDeviceTree(root: DeviceTreeNode, options: DeviceTreeOptions = {}): Uint8Array {
  assert(root.name === "", "the root has no name");
  const { reservations = [], bootHart = 0 } = options;
  const structure = new BigEndianBytes();
  const strings = new StringTable();
  writeNode(structure, strings, root);
  structure.u32(END);

  const structureOffset = HEADER_BYTES + RESERVATION_BYTES * (reservations.length + 1);
  const stringsOffset = structureOffset + structure.length;
  const totalBytes = Math.ceil((stringsOffset + strings.length) / 8) * 8;
  const blob = new BigEndianBytes();
  for (const word of [MAGIC, totalBytes, structureOffset, stringsOffset]) blob.u32(word);
  for (const word of [HEADER_BYTES, VERSION, COMPATIBLE_VERSION, bootHart]) blob.u32(word);
  for (const word of [strings.length, structure.length]) blob.u32(word);
  assert(blob.length === HEADER_BYTES, "a header has its ten words");
  // The block of reservations ends with an empty one.
  for (const { address, sizeBytes } of [...reservations, { address: 0, sizeBytes: 0 }]) {
    blob.u64(address).u64(sizeBytes);
  }
  blob.bytes(structure.finish()).bytes(strings.finish());
  blob.pad(8);
  assert(blob.length === totalBytes, "a blob is as long as its header says");
  return blob.finish();
}

function writeNode(structure: BigEndianBytes, strings: StringTable, node: DeviceTreeNode): void {
  const { name, properties, children = [] } = node;
  const [stem = "", ...unit] = name.split("@");
  assert(unit.length <= 1, "a node has one unit address at most");
  for (const part of name === "" ? [] : [stem, ...unit]) expectName(part);
  structure.u32(BEGIN_NODE).text(name).pad(4);
  for (const [property, value] of properties) {
    expectName(property);
    const bytes = encode(value);
    structure.u32(PROPERTY).u32(bytes.length).u32(strings.offsetOf(property));
    structure.bytes(bytes).pad(4);
  }
  for (const child of children) {
    assert(child.name !== "", "only the root has no name");
    writeNode(structure, strings, child);
  }
  structure.u32(END_NODE);
}

function expectName(name: string): void {
  assert(
    NAME.test(name),
    "names in a device tree have the characters that its specification allows",
  );
  assert(name.length <= NAME_CHARACTERS_MAX, "names in a device tree are short");
}

function encode(value: DeviceTreeValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  const bytes = new BigEndianBytes();
  for (const each of typeof value === "string" ? [value] : value) {
    if (typeof each === "string") bytes.text(each);
    else bytes.u32(each);
  }
  return bytes.finish();
}

/** Names of properties, each once. */
class StringTable {
  readonly #bytes = new BigEndianBytes();
  readonly #offsets = new Map<string, number>();

  get length(): number {
    return this.#bytes.length;
  }

  offsetOf(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.#bytes.length;
    this.#offsets.set(name, offset);
    this.#bytes.text(name);
    return offset;
  }

  finish(): Uint8Array {
    return this.#bytes.finish();
  }
}
