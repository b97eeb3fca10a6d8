import type { Memory } from "../../memory/memory.ts";
import type { ByteReader } from "../../sim/byte-reader.ts";
import type { ByteWriter } from "../../sim/byte-writer.ts";
import { Bus } from "./bus.ts";
import type { VirtioWindow } from "./device-tree.ts";
import { Clint } from "./devices/clint.ts";
import type { DeviceState } from "./devices/device-state.ts";
import { Plic } from "./devices/plic.ts";
import { Power } from "./devices/power.ts";
import type { TimedDevice } from "./devices/timed-device.ts";
import { Uart } from "./devices/uart.ts";
import { BlockDevice } from "./devices/virtio/block-device.ts";
import { NetDevice } from "./devices/virtio/net-device.ts";
import type { VirtioDevice } from "./devices/virtio/virtio-device.ts";
import { VirtioMmio } from "./devices/virtio/virtio-mmio.ts";
import type { Hart } from "./hart.ts";
import {
  type DevicePort,
  DISK_BASE,
  type MachineDevice,
  type RiscvMachineOptions,
} from "./machine-options.ts";

/** Source of the serial port at the interrupt controller. */
export const UART_INTERRUPT = 10;

const VIRTIO_BASE = 0x1000_1000;
const VIRTIO_STRIDE = 0x1000;
const NETWORK_SLOT = 0;
const DISK_SLOT = 1;

/** What the devices of a machine are built around. */
export interface MachineParts extends Pick<DevicePort, "ram" | "now"> {
  readonly memory: Memory;
  readonly harts: readonly Hart[];
  readonly ticksPerTimebase: number;
}

/** All devices of a machine, wired: to the harts, to the interrupt controller, and to the outside. */
export class MachineDevices implements DeviceState, TimedDevice {
  readonly bus: Bus = new Bus();
  readonly clint: Clint;
  readonly uart: Uart;
  readonly power: Power = new Power();
  /** The network card, if there is one. */
  readonly network: NetDevice | undefined;
  /** The disk, if there is one. */
  readonly disk: BlockDevice | undefined;
  /** Where virtio devices are and what they interrupt with. */
  readonly virtio: readonly VirtioWindow[];
  /** In the order in which they are saved and take over: whoever sets wires after those they lead to. */
  readonly #all: readonly MachineDevice[];
  readonly #timed: readonly TimedDevice[];

  constructor(parts: MachineParts, options: RiscvMachineOptions) {
    const { memory, harts, ram, now, ticksPerTimebase } = parts;
    const { disk, network, onConsole, onFrame, onDiskRead, devices = [], broken = {} } = options;
    const { timerNotSaved = false, requestsInFlightNotSaved = false } = broken;
    const { blockedRequestLost = false, noLookAtUnblock = false } = broken;
    this.clint = new Clint({
      harts: harts.map((hart) => ({
        software: { set: (raised) => hart.setPending(3, raised) },
        timer: { set: (raised) => hart.setPending(7, raised) },
      })),
      now,
      ticksPerTimebase,
      broken: { timerNotSaved },
    });
    const plic = new Plic(harts.map((hart) => ({ set: (raised) => hart.setPending(11, raised) })));
    this.uart = new Uart({
      line: plic.line(UART_INTERRUPT),
      onByte: (byte, position) => onConsole?.(byte, position),
    });
    const port: DevicePort = { memory, ram, now, line: (source) => plic.line(source) };
    const virtio: MachineDevice[] = [];
    const windows: VirtioWindow[] = [];
    const plug = (slot: number, device: VirtioDevice): void => {
      const interrupt = slot + 1;
      const base = VIRTIO_BASE + slot * VIRTIO_STRIDE;
      const line = plic.line(interrupt);
      const { address: ramStart, sizeBytes: ramBytes } = ram;
      const added = new VirtioMmio({ memory, ramStart, ramBytes, line, now, base, device });
      virtio.push(added);
      windows.push({ address: base, sizeBytes: added.sizeBytes, interrupt });
    };
    if (network !== undefined) {
      this.network = new NetDevice({
        mac: network.mac,
        onFrame: (frame) => onFrame?.(frame),
      });
      plug(NETWORK_SLOT, this.network);
    }
    if (disk !== undefined) {
      const { sizeBytes: diskBytes, latencyTicks } = disk;
      const latency = latencyTicks === undefined ? {} : { latencyTicks };
      this.disk = new BlockDevice({
        diskStart: DISK_BASE,
        diskBytes,
        ...latency,
        onRead: onDiskRead,
        broken: { requestsInFlightNotSaved, blockedRequestLost, noLookAtUnblock },
      });
      plug(DISK_SLOT, this.disk);
    }
    this.virtio = windows;
    const added = devices.map((make) => make(port));
    this.#all = [this.clint, plic, this.uart, this.power, ...virtio, ...added];
    for (const device of this.#all) this.bus.add(device);
    this.#timed = this.#all.filter(isTimed);
  }

  get nextTick(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { nextTick } of this.#timed) next = Math.min(next, nextTick);
    return next;
  }

  advance(now: number): void {
    for (const device of this.#timed) if (device.nextTick <= now) device.advance(now);
  }

  save(writer: ByteWriter): void {
    for (const device of this.#all) device.save(writer);
  }

  parse(reader: ByteReader): () => void {
    const commits = this.#all.map((device) => device.parse(reader));
    return () => {
      for (const commit of commits) commit();
    };
  }
}

function isTimed(device: MachineDevice): device is MachineDevice & TimedDevice {
  return device.nextTick !== undefined && device.advance !== undefined;
}
