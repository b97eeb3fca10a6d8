import {
  BlockDevice,
  type BlockDeviceOptions,
} from "../../../../../src/guest/riscv/devices/virtio/block-device.ts";
import { NetDevice } from "../../../../../src/guest/riscv/devices/virtio/net-device.ts";
import type { VirtioDevice } from "../../../../../src/guest/riscv/devices/virtio/virtio-device.ts";
import { VirtioMmio } from "../../../../../src/guest/riscv/devices/virtio/virtio-mmio.ts";
import { Memory } from "../../../../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../../../../src/memory/page.ts";
import { SparseBacking } from "../../../../../src/memory/sparse-backing.ts";
import { ByteReader } from "../../../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../../../src/sim/byte-writer.ts";
import { Driver, type DriverQueue } from "./driver.ts";

export const RAM_START = 0x8000_0000;
export const RAM_PAGES = 64;
export const RAM_BYTES: number = RAM_PAGES * PAGE_SIZE;
export const DISK_START = 0x1_0000_0000;
export const DISK_PAGES = 8;
export const DISK_SECTORS = 64;
export const LATENCY = 100;
export const MAC: Uint8Array = Uint8Array.of(2, 0, 0, 0, 0, 1);

/** Where a test puts its buffers, apart from the queues in the pages before. */
export const BUFFERS: number = RAM_START + 16 * PAGE_SIZE;

/** Pages of RAM and disk, both zero. */
export function machineMemory(options: { readonly logDeviceWrites?: boolean } = {}): Memory {
  const memory = new Memory(options);
  for (const [name, start, pages] of [
    ["ram", RAM_START, RAM_PAGES],
    ["disk", DISK_START, DISK_PAGES],
  ] as const) {
    const backing = new SparseBacking(pages);
    memory.addRegion({ name, basePage: start / PAGE_SIZE, backing, stores: "seen" });
  }
  return memory;
}

/** A machine of one virtio device and nothing else, and its driver. */
export class DeviceMachine<D extends VirtioDevice> {
  readonly memory: Memory;
  readonly device: D;
  readonly mmio: VirtioMmio;
  readonly driver: Driver;
  ticks = 0;
  line = false;
  /** How often the line rose. */
  interrupts = 0;

  constructor(device: D, memory: Memory = machineMemory()) {
    this.memory = memory;
    this.device = device;
    this.mmio = new VirtioMmio({
      memory,
      ramStart: RAM_START,
      ramBytes: RAM_BYTES,
      line: {
        set: (raised) => {
          if (raised && !this.line) this.interrupts += 1;
          this.line = raised;
        },
      },
      now: () => this.ticks,
      base: 0x1000_1000,
      device,
    });
    this.driver = new Driver(this.mmio, memory);
  }

  /** Lets time pass, with everything that is due on the way. */
  pass(ticks: number): void {
    const end = this.ticks + ticks;
    while (this.mmio.nextTick <= end) {
      this.ticks = Math.max(this.ticks, this.mmio.nextTick);
      this.mmio.advance(this.ticks);
    }
    this.ticks = end;
  }

  save(): Uint8Array {
    const writer = new ByteWriter();
    this.mmio.save(writer);
    return writer.finish().slice();
  }

  load(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const commit = this.mmio.parse(reader);
    if (!reader.complete) throw new Error("the device reads all that it wrote");
    commit();
  }

  /** Takes over memory, time and device state of a machine of the same kind. */
  copyFrom(other: DeviceMachine<VirtioDevice>): void {
    for (const { basePage, pageCount } of this.memory.regions) {
      for (let page = basePage; page < basePage + pageCount; page += 1) {
        this.memory.hostWrite(page, other.memory.page(page));
      }
    }
    this.ticks = other.ticks;
    this.load(other.save());
  }
}

/** A machine with a network card; what it sends is in `frames`. */
export class NetMachine extends DeviceMachine<NetDevice> {
  readonly frames: Uint8Array[];

  constructor(memory?: Memory) {
    const frames: Uint8Array[] = [];
    super(new NetDevice({ mac: MAC, onFrame: (frame) => frames.push(frame) }), memory);
    this.frames = frames;
  }

  /** Brings the card up. */
  start(size?: number): { receive: DriverQueue; transmit: DriverQueue } {
    this.driver.negotiate();
    const receive = this.driver.setUp(0, RAM_START, size);
    const transmit = this.driver.setUp(1, RAM_START + 8 * PAGE_SIZE, size);
    this.driver.begin();
    return { receive, transmit };
  }
}

/** A machine with a disk of 8 pages. */
export class BlockMachine extends DeviceMachine<BlockDevice> {
  constructor(options: Partial<BlockDeviceOptions> = {}, memory?: Memory) {
    const place = { diskStart: DISK_START, diskBytes: DISK_SECTORS * 512 };
    super(new BlockDevice({ ...place, latencyTicks: LATENCY, ...options }), memory);
  }

  /** Brings the disk up. */
  start(size?: number): DriverQueue {
    this.driver.negotiate();
    const queue = this.driver.setUp(0, RAM_START, size);
    this.driver.begin();
    return queue;
  }

  /** Writes the header of a request. */
  header(address: number, type: number, sector: number): void {
    this.memory.store32(address, type);
    this.memory.store32(address + 4, 0);
    this.memory.store64(address + 8, BigInt(sector));
  }
}
