import type { Memory } from "../../../../memory/memory.ts";
import { assert } from "../../../../sim/assert.ts";
import type { ByteReader } from "../../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../../sim/byte-writer.ts";
import type { DeviceState } from "../device-state.ts";
import type { InterruptLine } from "../interrupt-line.ts";
import type { AccessBytes, MmioDevice } from "../mmio-device.ts";
import type { TimedDevice } from "../timed-device.ts";
import { DeviceStatus } from "./device-status.ts";
import { GuestRam } from "./guest-ram.ts";
import {
  freshQueue,
  parseQueue,
  QUEUE_SIZE_MAX,
  queueFault,
  saveQueue,
  storeQueueRegister,
} from "./queue-registers.ts";
import {
  INTERRUPT,
  LAYOUT_VERSION,
  MAGIC,
  REGISTER,
  VENDOR_ID,
  WINDOW_BYTES,
} from "./register-map.ts";
import { expectState } from "./saved-state.ts";
import { VirtQueue } from "./virt-queue.ts";
import type { VirtioDevice } from "./virtio-device.ts";

/** Options of {@link VirtioMmio}. */
export interface VirtioMmioOptions {
  /** All memory of the machine. */
  readonly memory: Memory;
  /** Where RAM begins: what buffers and queues may lie in. */
  readonly ramStart: number;
  /** Bytes of RAM; it ends below 2^32. */
  readonly ramBytes: number;
  /** Raised while the driver has not acknowledged an interrupt. */
  readonly line: InterruptLine;
  /** Virtual time in ticks of the machine. */
  readonly now: () => number;
  /** Physical address of the first register. */
  readonly base: number;
  /** What is behind the registers; belongs to this transport alone. */
  readonly device: VirtioDevice;
}

/**
 * A virtio device in the physical address space of a machine.
 *
 * A guest that breaks the rules (a buffer outside RAM, descriptors in a loop, …) makes the device
 * set DEVICE_NEEDS_RESET and stop, as the standard has it, until the driver resets it. Nothing that a
 * guest does throws, and one access does work for at most as many buffers as a queue has
 * descriptors, each of at most as many pieces.
 *
 * Source: VIRTIO 1.2, 4.2 "Virtio Over MMIO".
 */
export class VirtioMmio implements MmioDevice, DeviceState, TimedDevice {
  readonly name: string;
  readonly base: number;
  readonly sizeBytes: number = WINDOW_BYTES;
  readonly #ram: GuestRam;
  readonly #line: InterruptLine;
  readonly #device: VirtioDevice;
  readonly #queues: readonly VirtQueue[];
  readonly #status: DeviceStatus;
  #interrupts = 0;
  #queueSelect = 0;
  #failure: string | undefined;

  /**
   * @throws `StandinRangeError` `RAM_RANGE`, or what the device throws for a memory that is not made
   *   for it.
   */
  constructor({ memory, ramStart, ramBytes, line, now, base, device }: VirtioMmioOptions) {
    this.name = `${device.kind}@${base.toString(16)}`;
    this.base = base;
    this.#ram = new GuestRam(memory, ramStart, ramBytes);
    this.#line = line;
    this.#device = device;
    this.#status = new DeviceStatus(device.features);
    const fail = (reason: string): void => this.#fail(reason);
    this.#queues = Array.from({ length: device.queueCount }, () => new VirtQueue(this.#ram, fail));
    const status = this.#status;
    device.attach({
      memory,
      ram: this.#ram,
      queues: this.#queues,
      get running(): boolean {
        return status.running;
      },
      now,
      interrupt: (queue) => {
        if (queue.wantsInterrupt) this.#raise(INTERRUPT.usedBuffer);
      },
      fail,
    });
  }

  /** What the guest did wrong, for people to read, until it resets the device. No part of the state. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get nextTick(): number {
    return this.#device.nextTick;
  }

  advance(now: number): void {
    this.#device.advance(now);
    assert(this.#device.nextTick > now, "a device has done all that was due");
  }

  load(offset: number, sizeBytes: AccessBytes): number {
    if (offset >= REGISTER.config) return this.#loadConfig(offset - REGISTER.config, sizeBytes);
    // the standard gives the registers no meaning for narrower accesses
    return sizeBytes === 4 ? this.#loadRegister(offset) >>> 0 : 0;
  }

  store(offset: number, sizeBytes: AccessBytes, value: number): void {
    // no device here has anything in its configuration space that a driver may write
    if (offset >= REGISTER.config || sizeBytes !== 4) return;
    if (offset === REGISTER.status) this.#storeStatus(value);
    else if (offset === REGISTER.deviceFeaturesSelect) this.#status.offeredSelect = value;
    else if (offset === REGISTER.driverFeaturesSelect) this.#status.acceptedSelect = value;
    else if (offset === REGISTER.driverFeatures) this.#status.accept(value);
    else if (offset === REGISTER.queueSelect) this.#queueSelect = value;
    else if (offset === REGISTER.queueNotify) this.#notify(value);
    else if (offset === REGISTER.interruptAcknowledge) this.#acknowledge(value);
    else if (offset === REGISTER.queueReady) this.#storeReady((value & 1) !== 0);
    else if (this.#selected !== undefined) {
      storeQueueRegister(this.#selected.registers, offset, value);
    }
  }

  save(writer: ByteWriter): void {
    this.#status.save(writer);
    writer.u8(this.#interrupts).u32(this.#queueSelect);
    for (const { registers } of this.#queues) saveQueue(registers, writer);
    this.#device.save(writer);
  }

  /** @throws `StandinRangeError` `GUEST_REGISTERS`. */
  parse(reader: ByteReader): () => void {
    const takeStatus = this.#status.parse(reader);
    const interrupts = reader.u8();
    expectState(
      (interrupts & ~(INTERRUPT.usedBuffer | INTERRUPT.configChange)) === 0,
      "an interrupt status from 0 to 3",
      interrupts,
    );
    const queueSelect = reader.u32();
    const queues = this.#queues.map(() => parseQueue(reader, this.#ram));
    const running = takeStatus.running;
    const takeDevice = this.#device.parse(reader, running ? queues : undefined);
    expectState(!reader.failed, `all bytes of the state of ${this.name}`, "fewer");
    return () => {
      takeStatus.commit();
      this.#failure = undefined;
      this.#queueSelect = queueSelect;
      for (const [index, queue] of this.#queues.entries()) queue.registers = queues[index]!;
      takeDevice();
      this.#setInterrupts(interrupts);
    };
  }

  #loadRegister(offset: number): number {
    switch (offset) {
      case REGISTER.magic:
        return MAGIC;
      case REGISTER.version:
        return LAYOUT_VERSION;
      case REGISTER.deviceId:
        return this.#device.deviceId;
      case REGISTER.vendorId:
        return VENDOR_ID;
      case REGISTER.deviceFeatures:
        return this.#status.offered;
      case REGISTER.queueSizeMax:
        return this.#selected === undefined ? 0 : QUEUE_SIZE_MAX;
      case REGISTER.queueReady:
        return this.#selected?.registers.ready === true ? 1 : 0;
      case REGISTER.interruptStatus:
        return this.#interrupts;
      case REGISTER.status:
        return this.#status.bits;
      case REGISTER.sharedLengthLow:
      case REGISTER.sharedLengthHigh:
      case REGISTER.sharedBaseLow:
      case REGISTER.sharedBaseHigh:
        // all ones: there is no shared memory region
        return 0xffff_ffff;
      default:
        return 0;
    }
  }

  #loadConfig(offset: number, sizeBytes: AccessBytes): number {
    const { config } = this.#device;
    let value = 0;
    for (let at = sizeBytes - 1; at >= 0; at -= 1) value = value * 256 + (config[offset + at] ?? 0);
    return value;
  }

  get #selected(): VirtQueue | undefined {
    return this.#queues[this.#queueSelect];
  }

  #storeStatus(value: number): void {
    if (value === 0) this.#reset();
    else this.#status.add(value);
  }

  #storeReady(ready: boolean): void {
    const queue = this.#selected?.registers;
    if (queue === undefined || queue.ready === ready) return;
    if (ready) {
      const fault = queueFault(queue, this.#ram);
      if (fault !== undefined) {
        this.#fail(fault);
        return;
      }
    } else this.#device.drop();
    queue.ready = ready;
    queue.taken = 0;
    queue.used = 0;
  }

  #notify(index: number): void {
    // before DRIVER_OK a device touches no buffer, and a failed one none any more
    if (!this.#status.running) return;
    if (this.#queues[index]?.registers.ready === true) this.#device.notify(index);
  }

  #acknowledge(bits: number): void {
    this.#setInterrupts(this.#interrupts & ~bits);
  }

  #raise(bit: number): void {
    this.#setInterrupts(this.#interrupts | bit);
  }

  #setInterrupts(interrupts: number): void {
    this.#interrupts = interrupts;
    this.#line.set(interrupts !== 0);
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    // the standard has the driver told only once it is up
    if (this.#status.fail()) this.#raise(INTERRUPT.configChange);
    this.#device.drop();
    assert(!this.#status.running, "a device that failed does not run");
  }

  #reset(): void {
    this.#failure = undefined;
    this.#queueSelect = 0;
    this.#status.reset();
    for (const queue of this.#queues) queue.registers = freshQueue();
    this.#device.drop();
    this.#setInterrupts(0);
    assert(this.nextTick === Infinity, "a device after a reset waits for its driver");
  }
}
