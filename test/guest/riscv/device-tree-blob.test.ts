// covers src/guest/riscv/device-tree-blob.ts, src/guest/riscv/big-endian-bytes.ts
import { expect, test } from "vitest";
import { BigEndianBytes } from "../../../src/guest/riscv/big-endian-bytes.ts";
import { writeDeviceTree } from "../../../src/guest/riscv/device-tree-blob.ts";
import { cellsOf, nodeAt, readDeviceTree, textsOf } from "./device-tree-reader.ts";

const empty = { name: "", properties: [] };

test("device tree blob: the smallest one, byte by byte", () => {
  const words = [
    // magic, total size, structure, strings, reservations, version, compatible, boot hart, sizes
    0xd00d_feed, 72, 56, 72, 40, 17, 16, 0, 0, 16,
    // no reservation
    0, 0, 0, 0,
    // a node without name, its end, the end
    1, 0, 2, 9,
  ];
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setUint32(4 * index, word);
  expect(writeDeviceTree(empty)).toEqual(bytes);
});

test("device tree blob: values of every kind are read back as they were written", () => {
  const blob = writeDeviceTree({
    name: "",
    properties: [["compatible", "riscv-virtio"]],
    children: [
      {
        name: "soc",
        properties: [
          ["ranges", true],
          ["reg", [0, 0x8000_0000, 0xffff_ffff]],
          ["compatible", ["first,one", "second"]],
          ["local-mac-address", Uint8Array.of(1, 2, 3, 4, 5)],
          ["bootargs", ""],
        ],
        children: [
          { name: "serial@10000000", properties: [["reg", [7]]] },
          { name: "x", properties: [] },
        ],
      },
      { name: "last", properties: [["compatible", "end"]] },
    ],
  });
  expect(blob.length % 8).toBe(0);
  const { root } = readDeviceTree(blob);
  const soc = nodeAt(root, "/soc");
  expect(textsOf(root, "compatible")).toEqual(["riscv-virtio"]);
  expect(soc.properties.get("ranges")).toEqual(new Uint8Array(0));
  expect(cellsOf(soc, "reg")).toEqual([0, 0x8000_0000, 0xffff_ffff]);
  expect(textsOf(soc, "compatible")).toEqual(["first,one", "second"]);
  expect(soc.properties.get("local-mac-address")).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
  expect(textsOf(soc, "bootargs")).toEqual([""]);
  expect(soc.children.map(({ name }) => name)).toEqual(["serial@10000000", "x"]);
  expect(cellsOf(nodeAt(root, "/soc/serial@10000000"), "reg")).toEqual([7]);
  expect(textsOf(nodeAt(root, "/last"), "compatible")).toEqual(["end"]);
});

test("device tree blob: a name of a property is stored once", () => {
  const reg = ["reg", [1]] as const;
  const once = writeDeviceTree({ ...empty, properties: [reg] });
  const child = { name: "a", properties: [reg] };
  const twice = writeDeviceTree({ ...empty, properties: [reg], children: [child] });
  const stringsBytes = (blob: Uint8Array): number => new DataView(blob.buffer).getUint32(32);
  expect(stringsBytes(once)).toBe(4);
  expect(stringsBytes(twice)).toBe(4);
});

test("device tree blob: reservations and the boot hart", () => {
  const reservations = [
    { address: 0x8000_0000, sizeBytes: 0x1000 },
    { address: 0x12_3456_7890, sizeBytes: 1 },
  ];
  const read = readDeviceTree(writeDeviceTree(empty, { reservations, bootHart: 1 }));
  expect(read.bootHart).toBe(1);
  expect(read.reservations).toEqual([
    { address: 0x8000_0000n, sizeBytes: 0x1000n },
    { address: 0x12_3456_7890n, sizeBytes: 1n },
  ]);
});

test.each([
  ["a root with a name", { name: "root", properties: [] }],
  ["a child without a name", { ...empty, children: [empty] }],
  ["a name with a blank", { ...empty, children: [{ name: "a b", properties: [] }] }],
  ["a name too long", { ...empty, children: [{ name: "n".repeat(32), properties: [] }] }],
  ["two unit addresses", { ...empty, children: [{ name: "a@1@2", properties: [] }] }],
  ["a text that is not ASCII", { ...empty, properties: [["model", "caf\u00e9"]] as const }],
  ["a cell too large", { ...empty, properties: [["reg", [0x1_0000_0000]]] as const }],
])("device tree blob: %s breaks an assertion", (_, root) => {
  expect(() => writeDeviceTree(root)).toThrow();
});

test("big-endian bytes: numbers, texts and padding", () => {
  const bytes = new BigEndianBytes();
  bytes.u32(0x8001_02ff).u64(0x1_8000_0002).text("ab").pad(4).bytes(Uint8Array.of(9));
  expect(bytes.length).toBe(17);
  expect(Array.from(bytes.finish())).toEqual([
    0x80, 1, 2, 0xff, 0, 0, 0, 1, 0x80, 0, 0, 2, 0x61, 0x62, 0, 0, 9,
  ]);
});
