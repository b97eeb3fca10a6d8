import type { Memory } from "../../memory/memory.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { DeviceState } from "./devices/device-state.ts";
import type { InterruptLine } from "./devices/interrupt-line.ts";
import type { MmioDevice } from "./devices/mmio-device.ts";
import type { TimedDevice } from "./devices/timed-device.ts";
import type { BlockRead } from "./devices/virtio/block-device.ts";
import type { AddressRange, LoadedImage } from "./loaded-image.ts";

/** Physical address of the first byte of RAM. */
export const RAM_BASE = 0x8000_0000;

/** Address in the machine's memory of the first byte of the disk, beyond what a hart reaches. */
export const DISK_BASE = 0x1_0000_0000;

/** Least RAM. */
export const MEMORY_BYTES_MIN = 65_536;

/** Most RAM. */
export const MEMORY_BYTES_MAX = 1_073_741_824;

/** RAM unless told otherwise: 32 MiB. */
export const MEMORY_BYTES_DEFAULT = 33_554_432;

/** Most harts. */
export const HARTS_MAX = 2;

const NS_PER_SECOND = 1_000_000_000;

/** What a device that somebody adds to a machine gets to work with. */
export interface DevicePort {
  readonly memory: Memory;
  /** All RAM. */
  readonly ram: AddressRange;
  /** The machine's time in ticks; within an access that of the instruction that makes it. */
  readonly now: () => number;
  /** The wire to a source of the interrupt controller, 1 to 31; 10 is the serial port's. */
  readonly line: (source: number) => InterruptLine;
}

/** A device of a machine: registers and state, and perhaps work at later times. */
export interface MachineDevice extends MmioDevice, DeviceState, Partial<TimedDevice> {}

/** A disk behind a virtio block device. */
export interface DiskOptions {
  /** Bytes, a multiple of 512. */
  readonly sizeBytes: number;
  /** What is on it at first, copied; zeros behind it. Default nothing. */
  readonly contents?: Uint8Array;
  /** Ticks that a request takes, at least 1. Default 10,000. */
  readonly latencyTicks?: number;
}

/** Defects of a machine for tests to notice; all are off unless set. */
export interface MachineDefects {
  /** See {@link Clint}: what the timers were set to is not in the saved registers. */
  readonly timerNotSaved?: boolean;
  /** See {@link Processor}: instructions decoded before a checkpoint was applied are executed after it. */
  readonly staleDecoded?: boolean;
  /** See {@link BlockDevice}: requests in flight are not in the saved registers. */
  readonly requestsInFlightNotSaved?: boolean;
  /** See {@link BlockDevice}: that requests wait of which a blocked disk was told is not in the saved registers. */
  readonly blockedRequestLost?: boolean;
  /** See {@link BlockDevice}: a disk that is no longer blocked forgets what it was told of meanwhile. */
  readonly noLookAtUnblock?: boolean;
  /** See {@link Memory}: what devices write is not tracked. */
  readonly deviceWritesUntracked?: boolean;
  /** See {@link Memory}: a hypervisor's writes to the tables of its inner machines are not intercepted. */
  readonly innerTableWriteMissed?: boolean;
}

/** Options of {@link RiscvMachine}. */
export interface RiscvMachineOptions {
  /** What is loaded; of several, harts begin at the entry of the first. */
  readonly image: LoadedImage | readonly LoadedImage[];
  /** RAM: a multiple of 4096 from 64 KiB to 1 GiB. Default 32 MiB. */
  readonly memoryBytes?: number;
  /** 1 or 2. Default 1. */
  readonly harts?: number;
  /** Whether a device tree is put near the end of RAM and its address into a1. Default true. */
  readonly deviceTree?: boolean;
  /** For the operating system, in the device tree: up to 1023 printable ASCII characters. */
  readonly commandLine?: string;
  /** RAM that the device tree asks the operating system to leave alone. */
  readonly reservedRanges?: readonly AddressRange[];
  /**
   * Memory behind the RAM that firmware keeps back, in bytes, a multiple of 4096: the device tree shows it as
   * reserved memory, and no hart reaches it. Default 0.
   */
  readonly firmwareBytes?: number;
  /** Virtual time of a tick, a whole number of nanoseconds. Default 10: 100 million a second. */
  readonly nsPerTick?: number;
  /** Ticks in which `mtime` rises by one. Default 10. */
  readonly ticksPerTimebase?: number;
  /** A disk, as the second virtio device. Default none. */
  readonly disk?: DiskOptions;
  /** A network card with this address of 6 bytes, as the first virtio device. Default none. */
  readonly network?: { readonly mac: Uint8Array };
  /** More devices, in an order that is the same in every machine that copies this one's state. */
  readonly devices?: readonly ((port: DevicePort) => MachineDevice)[];
  /** Takes a byte of the console, and how many were sent before it since the machine was made. */
  readonly onConsole?: (byte: number, position: number) => void;
  /** Takes a frame that the network card sends, to keep. */
  readonly onFrame?: (frame: Uint8Array) => void;
  /** See {@link BlockDevice}: asked for the bytes of each read of the disk. Default: those that it holds. */
  readonly onDiskRead?: (read: BlockRead) => Uint8Array;
  /**
   * Draws 32 random bits for the length of a hart's turn; used with two harts only. It is the host's:
   * copies of a machine may have different ones. Default a stream that is always the same.
   */
  readonly random32?: () => number;
  /** Defects for tests to notice. */
  readonly broken?: MachineDefects;
}

/** How long things take in a machine. */
export interface MachineClock {
  readonly nsPerTick: number;
  readonly ticksPerTimebase: number;
  /** Steps of `mtime` in a second, rounded down. */
  readonly timebaseHz: number;
}

/** Where RAM lies. @throws StandinRangeError `MEMORY_BYTES`. */
export function expectRam(sizeBytes: number = MEMORY_BYTES_DEFAULT): AddressRange {
  const isWhole = Number.isSafeInteger(sizeBytes) && sizeBytes % PAGE_SIZE === 0;
  if (isWhole && sizeBytes >= MEMORY_BYTES_MIN && sizeBytes <= MEMORY_BYTES_MAX) {
    return { address: RAM_BASE, sizeBytes };
  }
  throw new StandinRangeError(
    "MEMORY_BYTES",
    `expected a multiple of ${PAGE_SIZE} bytes of memory from 64 KiB to 1 GiB, got ${sizeBytes}`,
  );
}

/** @throws StandinRangeError `HARTS`. */
export function expectHarts(harts = 1): number {
  if (Number.isInteger(harts) && harts >= 1 && harts <= HARTS_MAX) return harts;
  throw new StandinRangeError("HARTS", `expected 1 or 2 harts, got ${harts}`);
}

/** @throws StandinRangeError `TIMEBASE` unless `mtime` rises at least once a second. */
export function expectClock(nsPerTick = 10, ticksPerTimebase = 10): MachineClock {
  const timebaseHz = Math.floor(NS_PER_SECOND / (nsPerTick * ticksPerTimebase));
  const isWhole = Number.isSafeInteger(nsPerTick) && Number.isSafeInteger(ticksPerTimebase);
  if (isWhole && nsPerTick >= 1 && ticksPerTimebase >= 1 && timebaseHz >= 1) {
    return { nsPerTick, ticksPerTimebase, timebaseHz };
  }
  throw new StandinRangeError(
    "TIMEBASE",
    `expected whole nanoseconds and ticks whose product is at most a second, got ${nsPerTick} ns and ${ticksPerTimebase} ticks`,
  );
}
