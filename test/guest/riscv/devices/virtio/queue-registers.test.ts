import { expect, test } from "vitest";
import { GuestRam } from "../../../../../src/guest/riscv/devices/virtio/guest-ram.ts";
import {
  addressOf,
  freshQueue,
  isQueueSize,
  parseQueue,
  type QueueRegisters,
  queueFault,
  saveQueue,
} from "../../../../../src/guest/riscv/devices/virtio/queue-registers.ts";
import { ByteReader } from "../../../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../../../src/sim/byte-writer.ts";
import { machineMemory, RAM_BYTES, RAM_START } from "./machine.ts";

const ram = new GuestRam(machineMemory(), RAM_START, RAM_BYTES);

function queueAt(start: number, changes: Partial<QueueRegisters> = {}): QueueRegisters {
  const at = (offset: number): { low: number; high: number } => ({ low: start + offset, high: 0 });
  const places = { descriptors: at(0), driverRing: at(128), deviceRing: at(256) };
  return { ...freshQueue(), size: 8, ready: true, ...places, ...changes };
}

function parsed(queue: QueueRegisters): QueueRegisters {
  const writer = new ByteWriter();
  saveQueue(queue, writer);
  expect(writer.length).toBe(32);
  return parseQueue(new ByteReader(writer.finish()), ram);
}

test("queue registers: the sizes are powers of two up to 256", () => {
  const sizes = Array.from({ length: 70_000 }, (_, size) => size).filter(isQueueSize);
  expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
  expect([-1, 0.5, 2 ** 32, 2 ** 31, Number.NaN].filter(isQueueSize)).toEqual([]);
});

test("queue registers: every part has to lie in RAM to its last byte", () => {
  const last = Math.floor((RAM_START + RAM_BYTES - 256 - 68) / 16) * 16;
  expect(queueFault(queueAt(RAM_START), ram)).toBeUndefined();
  expect(queueFault(queueAt(last), ram)).toBeUndefined();
  expect(queueFault(queueAt(last + 16), ram)).toMatch("device's ring in RAM");
  expect(queueFault(queueAt(RAM_START - 16), ram)).toMatch("descriptors in RAM");
  expect(queueFault(queueAt(RAM_START, { deviceRing: { low: RAM_START, high: 1 } }), ram)).toMatch(
    "got 0x180000000",
  );
  expect(addressOf({ low: 0xffff_ffff, high: 0xffff_ffff })).toBe(2 ** 64);
});

test("queue registers: what is saved is read back", () => {
  const queues = [
    freshQueue(),
    queueAt(RAM_START),
    queueAt(RAM_START, { taken: 3, used: 0xfffe }),
    queueAt(7, { ready: false, size: 0 }),
    queueAt(7, { ready: false, size: 256 }),
  ];
  expect(queues.map(parsed)).toEqual(queues);
});

test.each<[string, QueueRegisters]>([
  ["a size of 3", queueAt(RAM_START, { size: 3, ready: false })],
  ["a ready queue without a size", queueAt(RAM_START, { size: 0 })],
  ["a ready queue outside RAM", queueAt(0x1000)],
  ["more buffers given back than taken", queueAt(RAM_START, { taken: 3, used: 4 })],
  ["more buffers taken than there can be", queueAt(RAM_START, { taken: 257 })],
  ["buffers of a queue that is not ready", queueAt(RAM_START, { ready: false, taken: 1 })],
])("queue registers: %s is refused", (_, queue) => {
  expect(() => parsed(queue)).toThrow(expect.objectContaining({ code: "GUEST_REGISTERS" }));
});
