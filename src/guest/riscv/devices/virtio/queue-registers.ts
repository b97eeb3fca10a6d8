import { assert } from "../../../../sim/assert.ts";
import type { ByteReader } from "../../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../../sim/byte-writer.ts";
import { DESCRIPTOR_BYTES } from "./descriptor-chain.ts";
import type { GuestRam } from "./guest-ram.ts";
import { REGISTER } from "./register-map.ts";
import { expectState } from "./saved-state.ts";

/** Most descriptors of a queue. */
export const QUEUE_SIZE_MAX = 256;

/** A 64-bit address as the guest writes it: two halves, each 0 to 2^32 - 1. */
export interface WideAddress {
  low: number;
  high: number;
}

/** All state of a queue that does not lie in the guest's memory. */
export interface QueueRegisters {
  /** Descriptors, a power of two; 0 before the driver has said it. */
  size: number;
  /** Then size and addresses are fixed, and all three parts lie in RAM, aligned. */
  ready: boolean;
  readonly descriptors: WideAddress;
  /** The ring in which the driver makes buffers available. */
  readonly driverRing: WideAddress;
  /** The ring in which the device gives them back. */
  readonly deviceRing: WideAddress;
  /** Count of buffers taken, modulo 2^16. */
  taken: number;
  /**
   * Count of buffers given back, modulo 2^16. It equals the index in the device's ring, and is kept
   * apart from it because the guest could write there.
   */
  used: number;
}

/** A queue as it is after a reset. */
export function freshQueue(): QueueRegisters {
  return {
    size: 0,
    ready: false,
    descriptors: { low: 0, high: 0 },
    driverRing: { low: 0, high: 0 },
    deviceRing: { low: 0, high: 0 },
    taken: 0,
    used: 0,
  };
}

/** The address as a number; above 2^53 inexact, and no RAM. */
export function addressOf({ low, high }: WideAddress): number {
  return high * 0x1_0000_0000 + low;
}

/** Whether a queue may have this many descriptors. */
export function isQueueSize(size: number): boolean {
  return size >= 1 && size <= QUEUE_SIZE_MAX && (size & (size - 1)) === 0;
}

/** The driver writes a register of a queue; the others, and those of a queue in use, are left alone. */
export function storeQueueRegister(queue: QueueRegisters, offset: number, value: number): void {
  // while it is ready the device relies on what it checked when it became so
  if (queue.ready) return;
  if (offset === REGISTER.queueSize) queue.size = isQueueSize(value) ? value : 0;
  else if (offset === REGISTER.descriptorsLow) queue.descriptors.low = value;
  else if (offset === REGISTER.descriptorsHigh) queue.descriptors.high = value;
  else if (offset === REGISTER.driverRingLow) queue.driverRing.low = value;
  else if (offset === REGISTER.driverRingHigh) queue.driverRing.high = value;
  else if (offset === REGISTER.deviceRingLow) queue.deviceRing.low = value;
  else if (offset === REGISTER.deviceRingHigh) queue.deviceRing.high = value;
}

/** What keeps a queue from being used, for people to read; `undefined` if nothing does. */
export function queueFault(queue: QueueRegisters, ram: GuestRam): string | undefined {
  const { size } = queue;
  if (!isQueueSize(size)) return `expected the size of the queue before it is ready, got ${size}`;
  const parts: readonly [string, WideAddress, number, number][] = [
    ["descriptors", queue.descriptors, DESCRIPTOR_BYTES * size, 16],
    ["driver's ring", queue.driverRing, 4 + 2 * size, 2],
    ["device's ring", queue.deviceRing, 4 + 8 * size, 4],
  ];
  for (const [name, at, length, alignment] of parts) {
    const address = addressOf(at);
    if (ram.contains(address, length) && at.low % alignment === 0) continue;
    return `expected ${name} in RAM at a multiple of ${alignment}, got 0x${address.toString(16)}`;
  }
  return undefined;
}

/** Writes a queue, 32 bytes. */
export function saveQueue(queue: QueueRegisters, writer: ByteWriter): void {
  writer.u16(queue.size).u16(queue.ready ? 1 : 0);
  for (const { low, high } of [queue.descriptors, queue.driverRing, queue.deviceRing]) {
    writer.u32(low).u32(high);
  }
  writer.u16(queue.taken).u16(queue.used);
}

/**
 * Reads what {@link saveQueue} wrote; it may be anything.
 *
 * @throws `StandinRangeError` `GUEST_REGISTERS` for what no queue of a device with this RAM can be.
 */
export function parseQueue(reader: ByteReader, ram: GuestRam): QueueRegisters {
  const size = reader.u16();
  const ready = reader.u16();
  const address = (): WideAddress => ({ low: reader.u32(), high: reader.u32() });
  const [descriptors, driverRing, deviceRing] = [address(), address(), address()];
  const taken = reader.u16();
  const used = reader.u16();
  const queue = { size, ready: ready === 1, descriptors, driverRing, deviceRing, taken, used };
  expectState(size === 0 || isQueueSize(size), "a power of two of descriptors, or 0", size);
  expectState(ready <= 1, "a queue that is ready or not (1 or 0)", ready);
  if (queue.ready) {
    const fault = queueFault(queue, ram);
    expectState(fault === undefined, "a ready queue in RAM", fault ?? "");
    // a buffer is given back after it was taken, and no more are out than there are descriptors
    const out = (taken - used) & 0xffff;
    expectState(out <= QUEUE_SIZE_MAX, `at most ${QUEUE_SIZE_MAX} buffers taken`, out);
  } else expectState((taken | used) === 0, "no buffers of a queue that is not ready", taken);
  assert(taken <= 0xffff && used <= 0xffff, "a count of buffers has 16 bits");
  return queue;
}
