/** A node as {@link readDeviceTree} finds it. */
export interface ReadNode {
  readonly name: string;
  readonly properties: ReadonlyMap<string, Uint8Array>;
  readonly children: readonly ReadNode[];
}

/** A whole blob. */
export interface ReadTree {
  readonly root: ReadNode;
  readonly reservations: readonly { readonly address: bigint; readonly sizeBytes: bigint }[];
  readonly bootHart: number;
}

/** Reads a flattened device tree strictly: whatever the format does not allow is thrown out. */
export function readDeviceTree(blob: Uint8Array): ReadTree {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const u32 = (at: number): number => view.getUint32(at);
  const expectTrue = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`device tree: ${what}`);
  };
  const [structureAt, stringsAt, reservationsAt] = [u32(8), u32(12), u32(16)];
  const [stringsBytes, structureBytes] = [u32(32), u32(36)];
  expectTrue(u32(0) === 0xd00d_feed, "magic");
  expectTrue(u32(4) === blob.length, "total size");
  expectTrue(u32(20) === 17 && u32(24) === 16, "version 17, compatible with 16");
  expectTrue(reservationsAt % 8 === 0 && reservationsAt >= 40, "reservations");
  expectTrue(structureAt % 4 === 0 && structureAt >= reservationsAt + 16, "structure");
  expectTrue(stringsAt >= structureAt + structureBytes, "strings");
  expectTrue(stringsAt + stringsBytes <= blob.length, "end of strings");

  const reservations: { address: bigint; sizeBytes: bigint }[] = [];
  let at = reservationsAt;
  for (; at < structureAt; at += 16) {
    const reservation = { address: view.getBigUint64(at), sizeBytes: view.getBigUint64(at + 8) };
    if (reservation.address === 0n && reservation.sizeBytes === 0n) break;
    reservations.push(reservation);
  }
  expectTrue(at === structureAt - 16, "reservations end before the structure");

  const textAt = (from: number, end: number): string => {
    const length = blob.subarray(from, end).indexOf(0);
    expectTrue(length >= 0, "a text ends");
    return String.fromCharCode(...blob.subarray(from, from + length));
  };
  at = structureAt;
  const end = structureAt + structureBytes;
  const readNode = (): ReadNode => {
    expectTrue(u32(at) === 1, `node at ${at}`);
    const name = textAt(at + 4, end);
    at += 4 + Math.ceil((name.length + 1) / 4) * 4;
    const properties = new Map<string, Uint8Array>();
    while (u32(at) === 3) {
      const length = u32(at + 4);
      const property = textAt(stringsAt + u32(at + 8), stringsAt + stringsBytes);
      expectTrue(!properties.has(property), `${property} once`);
      properties.set(property, blob.slice(at + 12, at + 12 + length));
      at += 12 + Math.ceil(length / 4) * 4;
    }
    const children: ReadNode[] = [];
    while (u32(at) === 1) {
      const child = readNode();
      expectTrue(!children.some((other) => other.name === child.name), `${child.name} once`);
      children.push(child);
    }
    expectTrue(u32(at) === 2, `end of node ${name}`);
    at += 4;
    return { name, properties, children };
  };
  const root = readNode();
  expectTrue(root.name === "", "a root without name");
  expectTrue(u32(at) === 9 && at + 4 === end, "end of structure");
  return { root, reservations, bootHart: u32(28) };
}

/** The node at a path such as `"/soc/serial@10000000"`. */
export function nodeAt(root: ReadNode, path: string): ReadNode {
  let node = root;
  for (const name of path.split("/").filter((part) => part !== "")) {
    const child = node.children.find((each) => each.name === name);
    if (child === undefined) throw new Error(`device tree: no ${name} in ${path}`);
    node = child;
  }
  return node;
}

/** A property as 32-bit cells. */
export function cellsOf(node: ReadNode, property: string): readonly number[] {
  const bytes = bytesOf(node, property);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index));
}

/** A property as texts. */
export function textsOf(node: ReadNode, property: string): readonly string[] {
  const text = String.fromCharCode(...bytesOf(node, property));
  if (!text.endsWith("\0")) throw new Error(`device tree: ${property} is no text`);
  return text.slice(0, -1).split("\0");
}

function bytesOf(node: ReadNode, property: string): Uint8Array {
  const bytes = node.properties.get(property);
  if (bytes === undefined) throw new Error(`device tree: no ${property} in ${node.name}`);
  return bytes;
}
