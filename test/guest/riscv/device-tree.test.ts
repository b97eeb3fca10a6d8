// covers src/guest/riscv/device-tree.ts, src/guest/riscv/device-tree-request.ts
import { expect, test } from "vitest";
import { type MachineTreeOptions, machineTree } from "../../../src/guest/riscv/device-tree.ts";
import { expectNoTreeRequest } from "../../../src/guest/riscv/device-tree-request.ts";
import { cellsOf, nodeAt, type ReadNode, readDeviceTree, textsOf } from "./device-tree-reader.ts";
import { thrownCode } from "./thrown-code.ts";

const OPTIONS: MachineTreeOptions = {
  memory: { address: 0x8000_0000, sizeBytes: 0x200_0000 },
  harts: 2,
  timebaseHz: 10_000_000,
  uartInterrupt: 10,
  virtio: [
    { address: 0x1000_1000, sizeBytes: 0x200, interrupt: 1 },
    { address: 0x1000_2000, sizeBytes: 0x200, interrupt: 2 },
  ],
};

const treeWith = (more: Partial<MachineTreeOptions>): ReadNode =>
  readDeviceTree(machineTree({ ...OPTIONS, ...more })).root;

const codeWith = (more: Partial<MachineTreeOptions>): unknown =>
  thrownCode(() => machineTree({ ...OPTIONS, ...more }));

test("device tree: memory, harts and their clock", () => {
  const root = treeWith({});
  expect(textsOf(root, "compatible")).toEqual(["riscv-virtio"]);
  const memory = nodeAt(root, "/memory@80000000");
  expect(textsOf(memory, "device_type")).toEqual(["memory"]);
  expect(cellsOf(memory, "reg")).toEqual([0, 0x8000_0000, 0, 0x200_0000]);
  const cpus = nodeAt(root, "/cpus");
  expect(cellsOf(cpus, "timebase-frequency")).toEqual([10_000_000]);
  expect(cpus.children.map(({ name }) => name)).toEqual(["cpu@0", "cpu@1"]);
  const second = nodeAt(root, "/cpus/cpu@1");
  expect(cellsOf(second, "reg")).toEqual([1]);
  expect(textsOf(second, "riscv,isa")).toEqual(["rv32ima"]);
  expect(textsOf(second, "compatible")).toEqual(["riscv"]);
  expect(
    treeWith({ harts: 1 }).children.find(({ name }) => name === "cpus")?.children,
  ).toHaveLength(1);
});

test("device tree: every device is found under the names that drivers look for", () => {
  const root = treeWith({});
  const found = nodeAt(root, "/soc").children.map((node) => [
    node.name,
    textsOf(node, "compatible").join(" "),
    cellsOf(node, "reg"),
  ]);
  expect(found).toEqual([
    ["test@100000", "sifive,test1 sifive,test0 syscon", [0, 0x10_0000, 0, 0x1000]],
    ["clint@2000000", "sifive,clint0 riscv,clint0", [0, 0x200_0000, 0, 0x1_0000]],
    ["plic@c000000", "sifive,plic-1.0.0 riscv,plic0", [0, 0xc00_0000, 0, 0x60_0000]],
    ["serial@10000000", "ns16550a", [0, 0x1000_0000, 0, 0x100]],
    ["virtio_mmio@10001000", "virtio,mmio", [0, 0x1000_1000, 0, 0x200]],
    ["virtio_mmio@10002000", "virtio,mmio", [0, 0x1000_2000, 0, 0x200]],
  ]);
  expect(textsOf(nodeAt(root, "/chosen"), "stdout-path")).toEqual(["/soc/serial@10000000"]);
});

test("device tree: interrupts lead to the controllers of the harts", () => {
  const root = treeWith({});
  const [first, second] = ["cpu@0", "cpu@1"].map(
    (cpu) => cellsOf(nodeAt(root, `/cpus/${cpu}/interrupt-controller`), "phandle")[0],
  );
  const plic = nodeAt(root, "/soc/plic@c000000");
  const clint = nodeAt(root, "/soc/clint@2000000");
  const handle = cellsOf(plic, "phandle");
  expect(new Set([first, second, ...handle]).size).toBe(3);
  expect(cellsOf(plic, "interrupts-extended")).toEqual([first, 11, second, 11]);
  expect(cellsOf(plic, "riscv,ndev")).toEqual([31]);
  expect(cellsOf(clint, "interrupts-extended")).toEqual([first, 3, first, 7, second, 3, second, 7]);
  for (const [name, source] of [
    ["serial@10000000", 10],
    ["virtio_mmio@10001000", 1],
    ["virtio_mmio@10002000", 2],
  ] as const) {
    const node = nodeAt(root, `/soc/${name}`);
    expect(cellsOf(node, "interrupts")).toEqual([source]);
    expect(cellsOf(node, "interrupt-parent")).toEqual(handle);
  }
});

test("device tree: power off and reboot are writes to the finisher", () => {
  const root = treeWith({});
  const handle = cellsOf(nodeAt(root, "/soc/test@100000"), "phandle");
  for (const [name, value] of [
    ["poweroff", 0x5555],
    ["reboot", 0x7777],
  ] as const) {
    const node = nodeAt(root, `/${name}`);
    expect(textsOf(node, "compatible")).toEqual([`syscon-${name}`]);
    expect(cellsOf(node, "regmap")).toEqual(handle);
    expect([cellsOf(node, "offset"), cellsOf(node, "value")]).toEqual([[0], [value]]);
  }
});

test("device tree: the command line is told as it is, up to 1023 characters", () => {
  const bootargs = (commandLine: string): readonly string[] =>
    textsOf(nodeAt(treeWith({ commandLine }), "/chosen"), "bootargs");
  expect(bootargs("console=ttyS0 earlycon")).toEqual(["console=ttyS0 earlycon"]);
  expect(textsOf(nodeAt(treeWith({}), "/chosen"), "bootargs")).toEqual([""]);
  expect(bootargs("x".repeat(1023))).toEqual(["x".repeat(1023)]);
  expect(codeWith({ commandLine: "x".repeat(1024) })).toBe("COMMAND_LINE");
  expect(codeWith({ commandLine: "init=/caf\u00e9" })).toBe("COMMAND_LINE");
  expect(codeWith({ commandLine: "two\nlines" })).toBe("COMMAND_LINE");
  expect(codeWith({ commandLine: 7 as unknown as string })).toBe("COMMAND_LINE");
  expect(() => treeWith({ commandLine: "a\u0007" })).toThrow(
    "expected a command line of printable ASCII, got U+0007 at character 1",
  );
});

test("device tree: reserved ranges are told to boot loaders and to operating systems", () => {
  const reservedRanges = [
    { address: 0x8000_0000, sizeBytes: 0x1000 },
    { address: 0x81ff_f000, sizeBytes: 0x1000 },
  ];
  const { root, reservations } = readDeviceTree(machineTree({ ...OPTIONS, reservedRanges }));
  expect(reservations.map(({ address }) => address)).toEqual([0x8000_0000n, 0x81ff_f000n]);
  const node = nodeAt(root, "/reserved-memory");
  expect(node.children.map((child) => [child.name, cellsOf(child, "reg")])).toEqual([
    ["reserved@80000000", [0, 0x8000_0000, 0, 0x1000]],
    ["reserved@81fff000", [0, 0x81ff_f000, 0, 0x1000]],
  ]);
  expect(treeWith({}).children.map(({ name }) => name)).not.toContain("reserved-memory");
});

test.each([
  ["below the memory", [{ address: 0x7fff_f000, sizeBytes: 0x2000 }]],
  ["past its end", [{ address: 0x81ff_f000, sizeBytes: 0x1001 }]],
  ["empty", [{ address: 0x8000_0000, sizeBytes: 0 }]],
  ["no number", [{ address: Number.NaN, sizeBytes: 4 }]],
  ["not whole", [{ address: 0x8000_0000, sizeBytes: 0.5 }]],
  [
    "over another",
    [
      { address: 0x8000_0000, sizeBytes: 0x1001 },
      { address: 0x8000_1000, sizeBytes: 1 },
    ],
  ],
])("device tree: a reserved range that is %s is refused", (_, reservedRanges) => {
  expect(codeWith({ reservedRanges })).toBe("RESERVED_RANGE");
});

test("device tree: what only a tree could tell is refused where there is none", () => {
  expect(thrownCode(() => expectNoTreeRequest("", []))).toBeUndefined();
  expect(thrownCode(() => expectNoTreeRequest("quiet", []))).toBe("DEVICE_TREE_ABSENT");
  const range = { address: 0x8000_0000, sizeBytes: 4 };
  expect(thrownCode(() => expectNoTreeRequest("", [range]))).toBe("DEVICE_TREE_ABSENT");
});
