// covers src/guest/riscv/devices/virtio/block-device.ts, src/guest/riscv/devices/virtio/block-request.ts
import { expect, test } from "vitest";
import { BlockDevice } from "../../../../../src/guest/riscv/devices/virtio/block-device.ts";
import type { DriverQueue, Piece } from "./driver.ts";
import { BlockMachine, BUFFERS, DISK_SECTORS, DISK_START, LATENCY, RAM_START } from "./machine.ts";

const IN = 0;
const OUT = 1;
const FLUSH = 4;
const GET_ID = 8;

const HEADER = BUFFERS;
const STATUS = BUFFERS + 16;
const DATA = BUFFERS + 4_096;

function bytesOf(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 11 + (at >>> 8) + seed) & 0xff);
}

/** Offers a request as Linux does: header, data, status. */
function ask(
  machine: BlockMachine,
  queue: DriverQueue,
  type: number,
  sector: number,
  data: readonly Piece[] = [],
  at: number = HEADER,
): number {
  machine.header(at, type, sector);
  machine.memory.store8(at + 16, 0xff);
  const head = queue.offer([
    { address: at, length: 16 },
    ...data,
    { address: at + 16, length: 1, write: true },
  ]);
  machine.driver.notify(0);
  return head;
}

const into = (length: number, address = DATA): Piece => ({ address, length, write: true });
const from = (length: number, address = DATA): Piece => ({ address, length });

test("block device: capacity and bounds stand in the configuration", () => {
  const { mmio } = new BlockMachine();
  expect([0, 4, 8, 12, 16].map((at) => mmio.load(0x100 + at, 4))).toEqual([
    DISK_SECTORS,
    0,
    65_536,
    8,
    0,
  ]);
});

test("block device: what is written can be read, and lies on the disk's pages", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  machine.memory.write(DATA, bytesOf(1_024));
  const first = ask(machine, queue, OUT, 7, [from(1_024)]);
  machine.pass(LATENCY);
  expect(queue.takeUsed()).toEqual([{ head: first, length: 1 }]);
  expect(machine.memory.load8(STATUS)).toBe(0);
  expect(machine.memory.read(DISK_START + 7 * 512, 1_024)).toEqual(bytesOf(1_024));
  const second = ask(machine, queue, IN, 8, [into(512, DATA + 4_096)]);
  machine.pass(LATENCY);
  expect(queue.takeUsed()).toEqual([{ head: second, length: 513 }]);
  expect(machine.memory.read(DATA + 4_096, 512)).toEqual(bytesOf(1_024).slice(512));
  expect(machine.interrupts).toBe(1);
});

test("block device: a request is done after its latency, and nothing moves before", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  machine.ticks = 5;
  machine.memory.write(DATA, bytesOf(512, 1));
  ask(machine, queue, OUT, 0, [from(512)]);
  expect(machine.mmio.nextTick).toBe(5 + LATENCY);
  // the buffer is the device's until the request is done, and its descriptors were read at once
  machine.memory.write(DATA, bytesOf(512, 2));
  machine.header(HEADER, FLUSH, 99);
  for (let index = 0; index < 8; index += 1) queue.describe(index, 0, 0, 4, 9);
  machine.pass(LATENCY - 1);
  expect([queue.takeUsed(), machine.line]).toEqual([[], false]);
  expect(machine.memory.load8(STATUS)).toBe(0xff);
  expect(machine.memory.load8(DISK_START)).toBe(0);
  machine.pass(1);
  expect([queue.takeUsed().length, machine.line]).toEqual([1, true]);
  expect(machine.memory.read(DISK_START, 512)).toEqual(bytesOf(512, 2));
  expect(machine.mmio.nextTick).toBe(Infinity);
});

test("block device: who answers for it is asked when a read is done, and the disk is not looked at", () => {
  const asked: [number, number, Uint8Array][] = [];
  const machine = new BlockMachine({
    onRead: ({ sizeBytes, tookTicks, own }) => {
      asked.push([sizeBytes, tookTicks, own()]);
      return bytesOf(sizeBytes, 77);
    },
  });
  const queue = machine.start();
  machine.memory.write(DISK_START, bytesOf(2_048, 1));
  ask(machine, queue, IN, 1, [into(700), into(324, DATA + 4_096)]);
  machine.pass(LATENCY - 1);
  expect(asked).toEqual([]);
  machine.pass(1);
  expect(asked).toEqual([[1_024, LATENCY, bytesOf(2_048, 1).slice(512, 1_536)]]);
  expect(machine.memory.read(DATA, 700)).toEqual(bytesOf(1_024, 77).slice(0, 700));
  expect(machine.memory.read(DATA + 4_096, 324)).toEqual(bytesOf(1_024, 77).slice(700));
  // Only what is read of the disk: not what it is called.
  ask(machine, queue, GET_ID, 0, [into(20)]);
  machine.pass(LATENCY);
  expect(asked).toHaveLength(1);
});

test("block device: without an option a request takes 100 µs of a machine of 100 MIPS", () => {
  const machine = new BlockMachine({ latencyTicks: 10_000 });
  const usual = new BlockDevice({ diskStart: DISK_START, diskBytes: 512 });
  const queue = machine.start();
  ask(machine, queue, FLUSH, 0);
  expect(machine.mmio.nextTick).toBe(10_000);
  expect(usual.nextTick).toBe(Infinity);
});

test("block device: data may be cut anywhere, header and status too", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  machine.memory.write(DISK_START, bytesOf(4_096));
  machine.header(HEADER, IN, 1);
  const head = queue.offer([
    from(3, HEADER),
    from(13, HEADER + 3),
    into(1, DATA),
    into(600, DATA + 10),
    into(424, DATA + 5_000),
  ]);
  machine.driver.notify(0);
  machine.pass(LATENCY);
  expect(queue.takeUsed()).toEqual([{ head, length: 1_025 }]);
  const got = [
    ...machine.memory.read(DATA, 1),
    ...machine.memory.read(DATA + 10, 600),
    ...machine.memory.read(DATA + 5_000, 423),
  ];
  expect(got).toEqual([...bytesOf(4_096).slice(512, 1_536)]);
  expect(machine.memory.load8(DATA + 5_423)).toBe(0);
});

test("block device: header and data to write may share a descriptor", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  machine.header(HEADER, OUT, 2);
  machine.memory.write(HEADER + 16, bytesOf(512));
  queue.offer([from(528, HEADER), into(1, DATA)]);
  machine.driver.notify(0);
  machine.pass(LATENCY);
  expect(machine.memory.read(DISK_START + 1_024, 512)).toEqual(bytesOf(512));
});

test.each<[string, number, number, Piece[], number, number]>([
  ["a flush", FLUSH, 0, [], 0, 1],
  ["a read of the last sector", IN, DISK_SECTORS - 1, [into(512)], 0, 513],
  ["a read of nothing", IN, 0, [], 0, 1],
  ["a read of the sector behind the last", IN, DISK_SECTORS, [into(512)], 1, 1],
  ["a read that ends behind the last sector", IN, DISK_SECTORS - 1, [into(1_024)], 1, 1],
  ["a write behind the last sector", OUT, DISK_SECTORS, [from(512)], 1, 1],
  ["a write far behind", OUT, 2 ** 55, [from(512)], 1, 1],
  ["a read of the sector 2^64 - 1", IN, 2 ** 64 - 2 ** 11, [into(512)], 1, 1],
  ["a read of half a sector", IN, 0, [into(256)], 1, 1],
  ["a write of a sector and a byte", OUT, 0, [from(513)], 1, 1],
  ["data in 9 pieces", OUT, 0, Array.from({ length: 9 }, () => from(512)), 1, 1],
  ["data in 8 pieces", OUT, 0, Array.from({ length: 8 }, () => from(512)), 0, 1],
  ["a SCSI command", 2, 0, [into(512)], 2, 1],
  ["a discard", 11, 0, [from(16)], 2, 1],
  ["an unknown type", 0xffff_ffff, 0, [], 2, 1],
  ["an identification", GET_ID, 0, [into(20)], 0, 21],
  ["an identification with little room", GET_ID, 0, [into(3)], 0, 4],
  ["an identification with much room", GET_ID, 0, [into(4_096)], 0, 21],
  ["an identification in 9 pieces", GET_ID, 0, Array.from({ length: 9 }, () => into(4)), 1, 1],
])("block device: %s is answered", (_, type, sector, data, status, length) => {
  const machine = new BlockMachine();
  const queue = machine.start(16);
  machine.memory.write(DISK_START, new Uint8Array(DISK_SECTORS * 512).fill(0x55));
  const head = ask(machine, queue, type, sector, data);
  expect(machine.mmio.nextTick).toBe(LATENCY);
  machine.pass(LATENCY);
  expect(queue.takeUsed()).toEqual([{ head, length }]);
  expect(machine.memory.load8(STATUS)).toBe(status);
  expect(machine.mmio.failure).toBeUndefined();
});

test("block device: more than 512 KiB of data are refused", () => {
  const machine = new BlockMachine({ diskBytes: 4_096 });
  const queue = machine.start(16);
  // RAM of a quarter of a MiB, named eight times
  const all = { address: RAM_START, length: 0x4_0000, write: true };
  ask(machine, queue, GET_ID, 0, [all, all, all]);
  machine.pass(LATENCY);
  expect(machine.memory.load8(STATUS)).toBe(1);
  ask(machine, queue, GET_ID, 0, [{ ...all, address: DATA, length: 0x1000 }]);
  machine.pass(LATENCY);
  expect(machine.memory.load8(STATUS)).toBe(0);
});

test("block device: the name is padded with zeros to 20 bytes", () => {
  const machine = new BlockMachine({ id: "disk 7" });
  const queue = machine.start();
  machine.memory.write(DATA, new Uint8Array(32).fill(0xee));
  ask(machine, queue, GET_ID, 0, [into(20)]);
  machine.pass(LATENCY);
  const bytes = machine.memory.read(DATA, 21);
  expect(String.fromCharCode(...bytes.subarray(0, 6))).toBe("disk 7");
  expect([...bytes.subarray(6)]).toEqual([...new Array<number>(14).fill(0), 0xee]);
});

test("block device: given another name it answers with that, or with its own again", () => {
  const machine = new BlockMachine({ id: "disk 7" });
  const queue = machine.start();
  const named = (length: number): string => {
    ask(machine, queue, GET_ID, 0, [into(20)]);
    machine.pass(LATENCY);
    return String.fromCharCode(...machine.memory.read(DATA, length));
  };
  machine.device.rename("/volumes/store-of-the-copy");
  expect(named(20)).toBe("/volumes/store-of-th");
  machine.device.rename();
  expect(named(6)).toBe("disk 7");
});

test.each<[string, Piece[]]>([
  ["header", [from(15, HEADER), into(1, STATUS)]],
  ["status", [from(16, HEADER)]],
])(
  "block device: a request without whole %s is a failure and drops what is in flight",
  (_, pieces) => {
    const machine = new BlockMachine();
    const queue = machine.start();
    ask(machine, queue, FLUSH, 0);
    queue.offer(pieces);
    machine.driver.notify(0);
    expect([machine.driver.status & 64, machine.mmio.nextTick]).toEqual([64, Infinity]);
    machine.pass(10 * LATENCY);
    expect(queue.takeUsed()).toEqual([]);
  },
);

test("block device: beyond 16 requests the others wait until one is done", () => {
  const machine = new BlockMachine();
  const queue = machine.start(64);
  const heads: number[] = [];
  for (let number = 0; number < 20; number += 1) {
    machine.ticks = number;
    heads.push(ask(machine, queue, FLUSH, 0, [], BUFFERS + 32 * number));
  }
  const back: [tick: number, head: number][] = [];
  while (machine.mmio.nextTick < Infinity) {
    machine.pass(machine.mmio.nextTick - machine.ticks);
    for (const { head } of queue.takeUsed()) back.push([machine.ticks, head]);
  }
  expect(back).toEqual(
    heads.map((head, number) => [(number % 16) + LATENCY * (number < 16 ? 1 : 2), head]),
  );
});

test("block device: a time that passes at once does everything in order, wherever it stops", () => {
  const machine = new BlockMachine();
  const queue = machine.start(64);
  machine.memory.write(DATA, bytesOf(512));
  ask(machine, queue, OUT, 3, [from(512)]);
  ask(machine, queue, IN, 3, [into(512, DATA + 4_096)], BUFFERS + 32);
  machine.ticks = 1_000_000;
  machine.mmio.advance(machine.ticks);
  expect(queue.takeUsed().map(({ length }) => length)).toEqual([1, 513]);
  expect(machine.memory.read(DATA + 4_096, 512)).toEqual(bytesOf(512));
});

test("block device: a reset drops the requests in flight, and the disk keeps what it had", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  machine.memory.write(DATA, bytesOf(512));
  ask(machine, queue, OUT, 3, [from(512)]);
  machine.pass(LATENCY - 1);
  machine.driver.write(0x070, 0);
  expect(machine.mmio.nextTick).toBe(Infinity);
  machine.pass(LATENCY);
  expect(machine.memory.load8(STATUS)).toBe(0xff);
  expect(machine.memory.read(DISK_START + 3 * 512, 512)).toEqual(new Uint8Array(512));
  machine.memory.write(RAM_START, new Uint8Array(16 * 4_096));
  const again = machine.start();
  ask(machine, again, IN, 3, [into(512)]);
  machine.pass(LATENCY);
  expect(again.takeUsed()).toHaveLength(1);
});

test.each<[string, object]>([
  ["DISK_RANGE", { diskBytes: 0 }],
  ["DISK_RANGE", { diskBytes: 513 }],
  ["DISK_RANGE", { diskStart: DISK_START + 512 }],
  ["DISK_RANGE", { diskStart: -4_096 }],
  ["DISK_RANGE", { diskBytes: DISK_SECTORS * 512 + 512 }],
  ["DISK_RANGE", { diskStart: DISK_START - 4_096 }],
  ["DISK_LATENCY", { latencyTicks: 0 }],
  ["DISK_LATENCY", { latencyTicks: 1.5 }],
  ["DISK_ID", { id: "more than 20 characters" }],
  ["DISK_ID", { id: "ü" }],
])("block device: %s for %j", (code, options) => {
  expect(() => new BlockMachine(options)).toThrow(expect.objectContaining({ code }));
});

test("block device: while it is blocked it takes no request, and finishes those it has", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  const { device } = machine;
  const first = ask(machine, queue, FLUSH, 0);
  device.block();
  const second = ask(machine, queue, FLUSH, 0, [], HEADER + 64);
  expect(device.activeRequests).toBe(1);
  machine.pass(LATENCY);
  expect([queue.takeUsed(), device.activeRequests]).toEqual([[{ head: first, length: 1 }], 0]);
  device.catchUp();
  machine.pass(10 * LATENCY);
  expect([queue.takeUsed(), machine.mmio.nextTick]).toEqual([[], Infinity]);
  device.unblock();
  device.catchUp();
  expect([device.activeRequests, machine.mmio.nextTick]).toEqual([1, machine.ticks + LATENCY]);
  machine.pass(LATENCY);
  expect(queue.takeUsed()).toEqual([{ head: second, length: 1 }]);
});

test("block device: requests that waited for a slot are taken after it was blocked", () => {
  const machine = new BlockMachine();
  const queue = machine.start(64);
  const { device } = machine;
  for (let number = 0; number < 20; number += 1) {
    ask(machine, queue, FLUSH, 0, [], HEADER + 64 * number);
  }
  device.block();
  machine.pass(LATENCY);
  expect([queue.takeUsed().length, device.activeRequests]).toEqual([16, 0]);
  device.unblock();
  device.catchUp();
  expect(device.activeRequests).toBe(4);
  machine.pass(LATENCY);
  expect(queue.takeUsed()).toHaveLength(4);
});

test("block device: one that was told of nothing has nothing to catch up with", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  const { device } = machine;
  device.block();
  // Made available, and not notified of yet.
  queue.offer([from(16, HEADER), { address: STATUS, length: 1, write: true }]);
  device.unblock();
  device.catchUp();
  expect(device.activeRequests).toBe(0);
  // A reset takes with it what it was told of.
  device.block();
  ask(machine, queue, FLUSH, 0);
  machine.driver.write(0x070, 0);
  const restarted = machine.start();
  device.unblock();
  device.catchUp();
  expect([device.activeRequests, restarted.takeUsed()]).toEqual([0, []]);
});

test.each([
  ["is taken where the machine goes on", {}, 1, 1],
  ["is lost where the machine goes on, if that is not saved", { blockedRequestLost: true }, 1, 0],
  ["is lost where it was blocked, if it does not look again", { noLookAtUnblock: true }, 0, 1],
])("block device: a request that waits while it is blocked %s", (_, broken, here, there) => {
  const machine = new BlockMachine({ broken });
  ask(machine, machine.start(), FLUSH, 0);
  machine.pass(LATENCY);
  machine.device.block();
  const queue = machine.start();
  ask(machine, queue, FLUSH, 0);
  const other = new BlockMachine({ broken });
  // That it is blocked does not travel, and does not stay.
  other.device.block();
  other.copyFrom(machine);
  expect(other.save()).toEqual(machine.save());
  machine.device.unblock();
  for (const { device } of [machine, other]) device.catchUp();
  expect([machine.device.activeRequests, other.device.activeRequests]).toEqual([here, there]);
});

test("block device: requests that wait in a queue that is not ready are refused", () => {
  const machine = new BlockMachine();
  const bytes = machine.save();
  // the count of slots in use stands behind status, interrupts, selection and the queue
  bytes[17 + 5 + 32]! |= 0x80;
  expect(() => machine.load(bytes)).toThrow(
    "virtio: expected no requests of a queue that is not ready, got some",
  );
});
