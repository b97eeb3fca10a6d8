import { expect, test } from "vitest";
import { ByteReader } from "../../../../../src/sim/byte-reader.ts";
import { DriverQueue, type QueuePlace } from "./driver.ts";
import {
  BlockMachine,
  BUFFERS,
  DISK_START,
  MAC,
  NetMachine,
  RAM_BYTES,
  RAM_START,
} from "./machine.ts";

const READY = 0x044;

test("virtio mmio: a driver finds what it looks for when it probes", () => {
  const { driver, mmio } = new NetMachine();
  expect(driver.read(0x000)).toBe(0x7472_6976);
  expect(driver.read(0x004)).toBe(2);
  expect(driver.read(0x008)).toBe(1);
  expect(new BlockMachine().driver.read(0x008)).toBe(2);
  expect(
    String.fromCharCode(...[0, 8, 16, 24].map((bit) => (driver.read(0x00c) >>> bit) & 255)),
  ).toBe("STND");
  expect(driver.read(0x0fc)).toBe(0);
  expect(driver.read(0x0b0)).toBe(0xffff_ffff);
  expect(driver.read(0x0fc + 4 + 0xfc)).toBe(0);
  expect([mmio.name, mmio.base, mmio.sizeBytes]).toEqual([
    "virtio-net@10001000",
    0x1000_1000,
    0x200,
  ]);
});

test("virtio mmio: the configuration space is read in any width, and the rest in words", () => {
  const { mmio } = new NetMachine();
  expect(Array.from({ length: 6 }, (_, at) => mmio.load(0x100 + at, 1))).toEqual([...MAC]);
  expect(mmio.load(0x100, 2)).toBe(2);
  expect(mmio.load(0x104, 4)).toBe(0x0100);
  expect(mmio.load(0x108, 4)).toBe(0);
  mmio.store(0x100, 1, 7);
  expect(mmio.load(0x100, 1)).toBe(2);
  expect(mmio.load(0x000, 1)).toBe(0);
  expect(mmio.load(0x004, 2)).toBe(0);
  mmio.store(0x070, 1, 1);
  expect(mmio.load(0x070, 4)).toBe(0);
});

test("virtio mmio: queues are there up to their number, with 256 descriptors at most", () => {
  const { driver } = new NetMachine();
  const sizes = [0, 1, 2, 0xffff_ffff].map((index) => {
    driver.write(0x030, index);
    driver.write(0x038, 8);
    driver.write(READY, 1);
    return driver.read(0x034);
  });
  expect(sizes).toEqual([256, 256, 0, 0]);
});

test("virtio mmio: a ready queue keeps its place until it is stopped", () => {
  const { driver, mmio } = new BlockMachine();
  driver.negotiate();
  const queue = driver.setUp(0, RAM_START);
  expect(driver.read(READY)).toBe(1);
  driver.place(0, new DriverQueue(new BlockMachine().memory, 0, 8), 16);
  driver.begin();
  queue.offer([
    { address: BUFFERS, length: 16 },
    { address: BUFFERS + 16, length: 1, write: true },
  ]);
  driver.notify(0);
  expect(mmio.failure).toBeUndefined();
  expect(mmio.nextTick).toBe(100);
  driver.write(READY, 0);
  expect(driver.read(READY)).toBe(0);
  expect(mmio.nextTick).toBe(Infinity);
});

test.each<[string, number, (queue: QueuePlace) => Partial<QueuePlace>]>([
  ["no size", 0, () => ({})],
  ["a size that is no power of two", 12, () => ({})],
  ["too large a size", 512, () => ({})],
  ["descriptors outside RAM", 8, () => ({ table: 0x1000 })],
  [
    "descriptors that begin in RAM and end behind it",
    8,
    () => ({ table: RAM_START + RAM_BYTES - 112 }),
  ],
  ["descriptors that are not aligned", 8, ({ table }) => ({ table: table + 8 })],
  ["a driver's ring on the disk", 8, () => ({ available: DISK_START })],
  ["a driver's ring that is not aligned", 8, ({ available }) => ({ available: available + 1 })],
  ["a device's ring beyond the address space", 8, () => ({ used: 2 ** 63 })],
  ["a device's ring that is not aligned", 8, ({ used }) => ({ used: used + 2 })],
])(
  "virtio mmio: a queue with %s fails before the driver is up, without an interrupt",
  (_, size, change) => {
    const { driver, memory, mmio, line } = new BlockMachine();
    driver.negotiate();
    const queue = new DriverQueue(memory, RAM_START, 8);
    const { table, available, used } = queue;
    driver.place(0, { table, available, used, ...change(queue) }, size);
    driver.write(READY, 1);
    expect(driver.read(READY)).toBe(0);
    expect(driver.status).toBe(1 | 2 | 8 | 64);
    expect(mmio.failure).toMatch(/^expected /);
    expect(line).toBe(false);
    driver.write(0x070, 0);
    expect([driver.status, mmio.failure]).toEqual([0, undefined]);
  },
);

test("virtio mmio: the line is up until every interrupt is acknowledged", () => {
  const machine = new NetMachine();
  const { transmit } = machine.start();
  transmit.offer([{ address: BUFFERS, length: 40 }]);
  machine.driver.notify(1);
  expect([machine.line, machine.driver.read(0x060)]).toEqual([true, 1]);
  transmit.offer([{ address: BUFFERS, length: 1 }]);
  machine.driver.notify(1);
  expect(machine.driver.read(0x060)).toBe(3);
  machine.driver.write(0x064, 1);
  expect([machine.line, machine.driver.read(0x060)]).toEqual([true, 2]);
  machine.driver.write(0x064, 2);
  expect([machine.line, machine.driver.read(0x060)]).toEqual([false, 0]);
});

test("virtio mmio: a driver that wants no interrupt gets none", () => {
  const machine = new NetMachine();
  const { transmit } = machine.start();
  transmit.interrupts = false;
  transmit.offer([{ address: BUFFERS, length: 40 }]);
  machine.driver.notify(1);
  expect(transmit.takeUsed()).toHaveLength(1);
  expect(machine.line).toBe(false);
});

test("virtio mmio: buffers are touched only between DRIVER_OK and a failure", () => {
  const machine = new NetMachine();
  const { driver } = machine;
  driver.negotiate();
  const queue = driver.setUp(1, RAM_START);
  queue.offer([{ address: BUFFERS, length: 40 }]);
  driver.notify(1);
  expect(queue.takeUsed()).toEqual([]);
  driver.begin();
  driver.notify(0);
  driver.notify(2);
  driver.notify(0xffff_ffff);
  expect(queue.takeUsed()).toEqual([]);
  driver.notify(1);
  expect(queue.takeUsed()).toHaveLength(1);
  queue.offer([{ address: BUFFERS, length: 0 }]);
  driver.notify(1);
  expect(driver.status).toBe(15 | 64);
  queue.offer([{ address: BUFFERS, length: 40 }]);
  driver.notify(1);
  expect(queue.takeUsed()).toEqual([]);
});

test("virtio mmio: a reset leaves nothing, and the driver can begin again", () => {
  const machine = new NetMachine();
  const { transmit } = machine.start();
  const fresh = new NetMachine().save();
  transmit.offer([{ address: BUFFERS, length: 40 }]);
  machine.driver.notify(1);
  expect(machine.line).toBe(true);
  expect(machine.save()).not.toEqual(fresh);
  machine.driver.write(0x070, 0);
  expect(machine.line).toBe(false);
  expect(machine.save()).toEqual(fresh);
  const again = new NetMachine(machine.memory);
  again.memory.write(RAM_START, new Uint8Array(RAM_BYTES));
  const { transmit: queue } = again.start();
  queue.offer([{ address: BUFFERS, length: 40 }]);
  again.driver.notify(1);
  expect(again.frames).toHaveLength(1);
});

test("virtio mmio: a state that is cut short or altered is refused whole", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  machine.header(BUFFERS, 0, 1);
  queue.offer([
    { address: BUFFERS, length: 16 },
    { address: BUFFERS + 512, length: 513, write: true },
  ]);
  machine.driver.notify(0);
  const saved = machine.save();
  const other = new BlockMachine();
  const before = other.save();
  for (let length = 0; length < saved.length; length += 1) {
    expect(() => other.mmio.parse(new ByteReader(saved.subarray(0, length)))).toThrow(
      expect.objectContaining({ code: "GUEST_REGISTERS" }),
    );
  }
  const damage: [at: number, value: number][] = [
    [0, 16], // status
    [17, 4], // interrupts
    [22, 3], // size of the queue
    [24, 2], // ready
    [29, 0x40], // descriptors
    [50, 9], // buffers taken
    [54, 17], // requests in flight
    [54, 2],
    [54, 0],
    [55, 6], // action
    [56, 9], // pieces
    [57, 8], // head
  ];
  for (const [at, value] of damage) {
    const bytes = saved.slice();
    bytes[at] = value;
    expect(() => other.mmio.parse(new ByteReader(bytes)), `byte ${at}`).toThrow(
      expect.objectContaining({ code: "GUEST_REGISTERS" }),
    );
  }
  expect(other.save()).toEqual(before);
  other.load(saved);
  expect(other.save()).toEqual(saved);
});

test("virtio mmio: the line is set from a state that is taken over", () => {
  const machine = new NetMachine();
  const { transmit } = machine.start();
  transmit.offer([{ address: BUFFERS, length: 40 }]);
  machine.driver.notify(1);
  const other = new NetMachine();
  other.copyFrom(machine);
  expect(other.line).toBe(true);
  other.load(new NetMachine().save());
  expect(other.line).toBe(false);
});
