// covers src/guest/riscv/devices/virtio/descriptor-chain.ts, src/guest/riscv/devices/virtio/virt-queue.ts
import { expect, test } from "vitest";
import type { DriverQueue } from "./driver.ts";
import { BlockMachine, BUFFERS, DISK_START, NetMachine, RAM_BYTES, RAM_START } from "./machine.ts";

const END = RAM_START + RAM_BYTES;
const NEXT = 1;
const WRITE = 2;

/** What a guest may do to the device; each is told to the driver and stops the device. */
const HOSTILE: [string, RegExp, (queue: DriverQueue) => void][] = [
  [
    "a buffer below RAM",
    /within RAM/,
    (queue) => queue.offer([{ address: RAM_START - 1, length: 20 }]),
  ],
  ["a buffer at address 0", /within RAM/, (queue) => queue.offer([{ address: 0, length: 20 }])],
  [
    "a buffer that ends behind RAM",
    /within RAM/,
    (queue) => queue.offer([{ address: END - 19, length: 20 }]),
  ],
  [
    "a buffer of 4 GiB",
    /within RAM/,
    (queue) => queue.offer([{ address: RAM_START, length: 0xffff_ffff }]),
  ],
  [
    "a buffer on the disk",
    /within RAM/,
    (queue) => queue.offer([{ address: DISK_START, length: 20 }]),
  ],
  [
    "a buffer whose end wraps round",
    /within RAM/,
    (queue) => queue.offer([{ address: 2 ** 64 - 2 ** 11, length: 4_096 }]),
  ],
  [
    "an empty descriptor",
    /at least 1 byte/,
    (queue) => queue.offer([{ address: BUFFERS, length: 0 }]),
  ],
  [
    "an empty descriptor behind a good one",
    /at least 1 byte/,
    (queue) =>
      queue.offer([
        { address: BUFFERS, length: 20 },
        { address: BUFFERS, length: 0 },
      ]),
  ],
  [
    "a descriptor that is its own next",
    /at most 8 descriptors/,
    (queue) => {
      queue.describe(3, BUFFERS, 20, NEXT, 3);
      queue.publish(3);
    },
  ],
  [
    "a loop of two",
    /at most 8 descriptors/,
    (queue) => {
      queue.describe(0, BUFFERS, 20, NEXT, 1);
      queue.describe(1, BUFFERS, 20, NEXT, 0);
      queue.publish(0);
    },
  ],
  [
    "a next behind the table",
    /below 8, got 8/,
    (queue) => {
      queue.describe(0, BUFFERS, 20, NEXT, 8);
      queue.publish(0);
    },
  ],
  ["a head behind the table", /below 8, got 65535/, (queue) => queue.publish(0xffff)],
  [
    "an indirect descriptor",
    /indirect/,
    (queue) => {
      queue.describe(0, BUFFERS, 16, 4, 0);
      queue.publish(0);
    },
  ],
  [
    "what is to be read behind what is to be written",
    /before what is to be written/,
    (queue) =>
      queue.offer([
        { address: BUFFERS, length: 20, write: true },
        { address: BUFFERS, length: 20 },
      ]),
  ],
  [
    "more buffers than descriptors",
    /at most 8 buffers available, got 9/,
    (queue) => {
      queue.describe(0, BUFFERS, 20, WRITE, 0);
      for (let count = 0; count < 9; count += 1) queue.publish(0);
    },
  ],
];

test.each(HOSTILE)("descriptor chain: a disk stops at %s", (_, reason, attack) => {
  const machine = new BlockMachine();
  const queue = machine.start();
  attack(queue);
  machine.driver.notify(0);
  expect(machine.mmio.failure).toMatch(reason);
  expect([machine.driver.status, machine.driver.read(0x060)]).toEqual([15 | 64, 2]);
  expect([machine.line, machine.mmio.nextTick]).toEqual([true, Infinity]);
  expect(queue.takeUsed()).toEqual([]);
});

test.each(HOSTILE)("descriptor chain: a card that sends stops at %s", (_, reason, attack) => {
  const machine = new NetMachine();
  const { transmit } = machine.start();
  attack(transmit);
  machine.driver.notify(1);
  // a card that sends has another reason as well for what is to be written
  expect(machine.mmio.failure).toMatch(new RegExp(`${reason.source}|and none to write`));
  expect([machine.driver.status, machine.driver.read(0x060)]).toEqual([15 | 64, 2]);
  expect(machine.frames).toEqual([]);
});

test.each(HOSTILE)("descriptor chain: a card that receives stops at %s", (_, reason, attack) => {
  const machine = new NetMachine();
  const { receive } = machine.start();
  attack(receive);
  machine.driver.notify(0);
  expect(machine.mmio.failure).toBeUndefined();
  expect(machine.device.receive(new Uint8Array(60))).toBe(false);
  expect(machine.mmio.failure).toMatch(reason);
  expect([machine.driver.status, machine.driver.read(0x060)]).toEqual([15 | 64, 2]);
  expect(machine.device.wantsFrame).toBe(false);
  expect(machine.device.receive(new Uint8Array(60))).toBe(false);
});

test("descriptor chain: one that uses every descriptor of the largest queue is good", () => {
  const machine = new NetMachine();
  const { transmit } = machine.start(256);
  machine.memory.write(
    BUFFERS,
    Uint8Array.from({ length: 256 * 5 }, (_, at) => at & 0xff),
  );
  const pieces = Array.from({ length: 256 }, (_, index) => ({
    address: BUFFERS + 5 * index,
    length: 5,
  }));
  for (let round = 0; round < 3; round += 1) transmit.offer(pieces);
  machine.driver.notify(1);
  expect(machine.frames).toHaveLength(3);
  expect([...machine.frames[2]!]).toEqual(
    Array.from({ length: 1_268 }, (_, at) => (at + 12) & 0xff),
  );
});

test("descriptor chain: indexes wrap round at 65,536", () => {
  const machine = new NetMachine();
  const { transmit, receive } = machine.start(2);
  let back = 0;
  for (let count = 0; count < 66_000; count += 1) {
    transmit.offer([{ address: BUFFERS, length: 40 }]);
    receive.offer([{ address: BUFFERS + 4_096, length: 40, write: true }]);
    machine.device.receive(new Uint8Array(28));
    if (count % 2 === 0) continue;
    machine.driver.notify(1);
    back += transmit.takeUsed().length + receive.takeUsed().length;
  }
  expect([back, machine.frames.length, machine.mmio.failure]).toEqual([132_000, 66_000, undefined]);
  expect(machine.memory.load16(transmit.used + 2)).toBe(66_000 - 65_536);
  expect(machine.device.wantsFrame).toBe(false);
  const copy = new NetMachine(machine.memory);
  copy.load(machine.save());
  expect(copy.save()).toEqual(machine.save());
});

test("descriptor chain: a guest that overwrites the device's index does not confuse the device", () => {
  const machine = new NetMachine();
  const { transmit } = machine.start();
  transmit.offer([{ address: BUFFERS, length: 40 }]);
  machine.driver.notify(1);
  machine.memory.store16(transmit.used + 2, 0x4242);
  transmit.offer([{ address: BUFFERS, length: 40 }]);
  machine.driver.notify(1);
  expect(machine.memory.load16(transmit.used + 2)).toBe(2);
});
