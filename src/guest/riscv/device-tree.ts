import { type DeviceTreeNode, writeDeviceTree } from "./device-tree-blob.ts";
import { expectCommandLine, expectReservedRanges } from "./device-tree-request.ts";
import { CLINT_BASE, CLINT_BYTES } from "./devices/clint.ts";
import { PLIC_BASE, PLIC_BYTES, PLIC_SOURCE_MAX } from "./devices/plic.ts";
import { POWER_BASE, POWER_BYTES, POWER_PASS, POWER_RESET } from "./devices/power.ts";
import { UART_BASE, UART_BYTES } from "./devices/uart.ts";
import type { AddressRange } from "./loaded-image.ts";

/** Reference clock of the serial port, in Hz: what its divisor divides. Nothing depends on it. */
const UART_CLOCK_HZ = 3_686_400;

/** Numbers by which nodes refer to each other. */
const PLIC_HANDLE = 1;
const POWER_HANDLE = 2;
const FIRST_HART_HANDLE = 3;

const SOFTWARE_INTERRUPT = 3;
const TIMER_INTERRUPT = 7;
const EXTERNAL_INTERRUPT = 11;

/** A virtio device as an operating system has to find it. */
export interface VirtioWindow extends AddressRange {
  /** Its source at the interrupt controller. */
  readonly interrupt: number;
}

/** What a device tree of the machine tells. */
export interface MachineTreeOptions {
  /** All RAM. */
  readonly memory: AddressRange;
  /** Memory right behind it that firmware has kept back; absent without any. */
  readonly firmware?: AddressRange;
  readonly harts: number;
  /** Steps of `mtime` in a second. */
  readonly timebaseHz: number;
  /** The source of the serial port at the interrupt controller. */
  readonly uartInterrupt: number;
  readonly virtio: readonly VirtioWindow[];
  /** For the operating system; ASCII. */
  readonly commandLine?: string;
  /** Memory that the operating system must not use. */
  readonly reservedRanges?: readonly AddressRange[];
}

/**
 * The device tree of the machine, as a Linux kernel without MMU (or any other program) expects it in
 * a1: what there is and where, under the names that the drivers look for.
 *
 * @returns The flattened tree, which the caller keeps.
 * @throws StandinRangeError `COMMAND_LINE` for one too long or not printable ASCII, `RESERVED_RANGE` for
 *   a range that is empty, not in memory or over another one.
 */
export function machineTree(options: MachineTreeOptions): Uint8Array {
  const { memory, firmware, commandLine = "", reservedRanges = [], harts } = options;
  expectCommandLine(commandLine);
  expectReservedRanges(reservedRanges, memory);
  const firmwareBytes = firmware?.sizeBytes ?? 0;
  const physical = { ...memory, sizeBytes: memory.sizeBytes + firmwareBytes };
  const reserved = firmware === undefined ? reservedRanges : [...reservedRanges, firmware];
  const root: DeviceTreeNode = {
    name: "",
    properties: [
      ["#address-cells", [2]],
      ["#size-cells", [2]],
      ["compatible", "riscv-virtio"],
      ["model", "standin,riscv"],
    ],
    children: [
      chosen(commandLine),
      {
        name: named("memory", memory.address),
        properties: [["device_type", "memory"], registers(physical)],
      },
      ...(reserved.length > 0 ? [reservedMemory(reserved, firmware)] : []),
      processors(harts, options.timebaseHz),
      devices(options),
      powerSwitch("poweroff", POWER_PASS),
      powerSwitch("reboot", POWER_RESET),
    ],
  };
  return writeDeviceTree(root, { reservations: reserved });
}

type Property = DeviceTreeNode["properties"][number];

function named(stem: string, address: number): string {
  return `${stem}@${address.toString(16)}`;
}

/** Address and size, two cells each. */
function registers({ address, sizeBytes }: AddressRange): Property {
  return ["reg", [...cells64(address), ...cells64(sizeBytes)]];
}

function cells64(value: number): readonly number[] {
  return [Math.floor(value / 0x1_0000_0000), value % 0x1_0000_0000];
}

function chosen(commandLine: string): DeviceTreeNode {
  const console: Property = ["stdout-path", `/soc/${named("serial", UART_BASE)}`];
  return { name: "chosen", properties: [["bootargs", commandLine], console] };
}

/** Nobody may even map what firmware has kept: it is `no-map`. */
function reservedMemory(
  ranges: readonly AddressRange[],
  firmware: AddressRange | undefined,
): DeviceTreeNode {
  return {
    name: "reserved-memory",
    properties: [
      ["#address-cells", [2]],
      ["#size-cells", [2]],
      ["ranges", true],
    ],
    children: ranges.map((range) => ({
      name: named("reserved", range.address),
      properties: range === firmware ? [registers(range), ["no-map", true]] : [registers(range)],
    })),
  };
}

function hartHandles(harts: number): readonly number[] {
  return Array.from({ length: harts }, (_, hart) => FIRST_HART_HANDLE + hart);
}

function processors(harts: number, timebaseHz: number): DeviceTreeNode {
  const cpus = hartHandles(harts).map((handle, hart): DeviceTreeNode => {
    const controller: DeviceTreeNode = {
      name: "interrupt-controller",
      properties: [
        ["#interrupt-cells", [1]],
        ["interrupt-controller", true],
        ["compatible", "riscv,cpu-intc"],
        ["phandle", [handle]],
      ],
    };
    return {
      name: named("cpu", hart),
      properties: [
        ["device_type", "cpu"],
        ["reg", [hart]],
        ["status", "okay"],
        ["compatible", "riscv"],
        ["riscv,isa", "rv32ima"],
        ["mmu-type", "riscv,none"],
      ],
      children: [controller],
    };
  });
  return {
    name: "cpus",
    properties: [
      ["#address-cells", [1]],
      ["#size-cells", [0]],
      ["timebase-frequency", [timebaseHz]],
    ],
    children: cpus,
  };
}

function devices({ harts, uartInterrupt, virtio }: MachineTreeOptions): DeviceTreeNode {
  return {
    name: "soc",
    properties: [
      ["#address-cells", [2]],
      ["#size-cells", [2]],
      ["compatible", "simple-bus"],
      ["ranges", true],
    ],
    children: [
      powerNode(),
      clintNode(harts),
      plicNode(harts),
      uartNode(uartInterrupt),
      ...virtio.map((window) => virtioNode(window)),
    ],
  };
}

/** A test finisher to bare programs, a register to write to for Linux. */
function powerNode(): DeviceTreeNode {
  return {
    name: named("test", POWER_BASE),
    properties: [
      ["phandle", [POWER_HANDLE]],
      ["compatible", ["sifive,test1", "sifive,test0", "syscon"]],
      registers({ address: POWER_BASE, sizeBytes: POWER_BYTES }),
    ],
  };
}

function clintNode(harts: number): DeviceTreeNode {
  const interrupts = [SOFTWARE_INTERRUPT, TIMER_INTERRUPT];
  return {
    name: named("clint", CLINT_BASE),
    properties: [
      ["compatible", ["sifive,clint0", "riscv,clint0"]],
      registers({ address: CLINT_BASE, sizeBytes: CLINT_BYTES }),
      extendedInterrupts(harts, interrupts),
    ],
  };
}

function plicNode(harts: number): DeviceTreeNode {
  return {
    name: named("plic", PLIC_BASE),
    properties: [
      ["phandle", [PLIC_HANDLE]],
      ["compatible", ["sifive,plic-1.0.0", "riscv,plic0"]],
      registers({ address: PLIC_BASE, sizeBytes: PLIC_BYTES }),
      ["#interrupt-cells", [1]],
      ["#address-cells", [0]],
      ["interrupt-controller", true],
      extendedInterrupts(harts, [EXTERNAL_INTERRUPT]),
      ["riscv,ndev", [PLIC_SOURCE_MAX]],
    ],
  };
}

/** Which interrupts of each hart a controller raises. */
function extendedInterrupts(harts: number, interrupts: readonly number[]): Property {
  const cells = hartHandles(harts).flatMap((handle) =>
    interrupts.flatMap((interrupt) => [handle, interrupt]),
  );
  return ["interrupts-extended", cells];
}

function uartNode(interrupt: number): DeviceTreeNode {
  return {
    name: named("serial", UART_BASE),
    properties: [
      ["compatible", "ns16550a"],
      registers({ address: UART_BASE, sizeBytes: UART_BYTES }),
      ["clock-frequency", [UART_CLOCK_HZ]],
      ["interrupts", [interrupt]],
      ["interrupt-parent", [PLIC_HANDLE]],
    ],
  };
}

function virtioNode(window: VirtioWindow): DeviceTreeNode {
  return {
    name: named("virtio_mmio", window.address),
    properties: [
      ["compatible", "virtio,mmio"],
      registers(window),
      ["interrupts", [window.interrupt]],
      ["interrupt-parent", [PLIC_HANDLE]],
    ],
  };
}

function powerSwitch(name: "poweroff" | "reboot", value: number): DeviceTreeNode {
  return {
    name,
    properties: [
      ["compatible", `syscon-${name}`],
      ["regmap", [POWER_HANDLE]],
      ["offset", [0]],
      ["value", [value]],
    ],
  };
}
