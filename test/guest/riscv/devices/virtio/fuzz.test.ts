// covers src/guest/riscv/devices/virtio/virtio-mmio.ts, src/guest/riscv/devices/virtio/descriptor-chain.ts
import { expect, test } from "vitest";
import { Memory } from "../../../../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../../../../src/memory/page.ts";
import { RandomStream } from "../../../../../src/sim/random.ts";
import type { DriverQueue } from "./driver.ts";
import {
  BlockMachine,
  DISK_SECTORS,
  DISK_START,
  machineMemory,
  NetMachine,
  RAM_BYTES,
  RAM_START,
} from "./machine.ts";

/** Device accesses to memory that one access of the guest may cost at most, and what they copy. */
class CountingMemory extends Memory {
  accesses = 0;
  bytes = 0;

  override dmaRead(address: number, length: number): Uint8Array {
    this.#count(length);
    return super.dmaRead(address, length);
  }

  override dmaWrite(address: number, bytes: Uint8Array): void {
    this.#count(bytes.length);
    super.dmaWrite(address, bytes);
  }

  #count(bytes: number): void {
    this.accesses += 1;
    this.bytes += bytes;
  }
}

function countingMemory(): CountingMemory {
  const memory = new CountingMemory();
  for (const { name, basePage, backing, stores } of machineMemory().regions) {
    memory.addRegion({ name, basePage, backing, stores });
  }
  return memory;
}

/** Addresses near every border, and some anywhere. */
function address(random: RandomStream): bigint {
  const near = random.pick([
    RAM_START,
    RAM_START + RAM_BYTES,
    RAM_START + random.below(RAM_BYTES),
    RAM_START + random.below(RAM_BYTES),
    RAM_START + random.below(RAM_BYTES),
    RAM_START + random.below(RAM_BYTES),
    DISK_START,
    0,
  ]);
  if (random.below(40) === 0) return (BigInt(random.u32()) << 32n) | BigInt(random.u32());
  return BigInt.asUintN(64, BigInt(near) + BigInt(random.between(-40, 40)));
}

/** How a guest fills its queue. */
interface Manner {
  /** Descriptors before this one are to be read, the others to be written. */
  readonly split: number;
  /** Wrong descriptors in a thousand. */
  readonly wrong: number;
}

/** Fills the descriptors of a queue with chains that go to the last one at most. */
function scribble(
  { memory, table, size }: { memory: Memory; table: number; size: number },
  { split, wrong }: Manner,
  random: RandomStream,
): void {
  for (let index = 0; index < size; index += 1) {
    const at = table + 16 * index;
    const good = random.below(1_000) >= wrong;
    const place = good ? BigInt(RAM_START + 0x8000 + random.below(RAM_BYTES / 2)) : address(random);
    memory.store64(at, place);
    const lengths = good ? [16, 16, 512, 512, 513, 4_096] : [0, 1, 0xffff_ffff, random.u32()];
    memory.store32(at + 8, random.pick(lengths));
    const ends = index === size - 1 || (index >= split && random.below(3) === 0);
    const flags = (ends ? 0 : 1) | (index < split ? 0 : 2);
    memory.store16(at + 12, good ? flags : random.u32());
    memory.store16(at + 14, good ? index + 1 : random.u32());
  }
}

const QUEUE_REGISTERS = [0x030, 0x038, 0x044, 0x080, 0x084, 0x090, 0x094, 0x0a0, 0x0a4];

/** One access to a register as no driver would make it. */
function poke({ driver, mmio }: NetMachine | BlockMachine, random: RandomStream): void {
  const values = [0, 1, 2, 4, 15, 64, 256, RAM_START, RAM_START + 0x1000, random.u32()];
  const width = random.pick([1, 2, 4, 4, 4] as const);
  const offset = random.below(0x200 / width) * width;
  mmio.load(offset, width);
  const choice = random.below(16);
  if (choice < 4) mmio.store(offset, width, random.pick(values));
  else if (choice < 7) driver.write(random.pick(QUEUE_REGISTERS), random.pick(values));
}

/** What the guest does with queues that it set up. */
function attack(machine: NetMachine | BlockMachine, random: RandomStream): void {
  const size = random.pick([2, 8, 64, 256]);
  const wrong = random.pick([0, 0, 2, 100, 1_000]);
  const starts = machine instanceof NetMachine ? machine.start(size) : machine.start(size);
  const disk = { queue: starts as DriverQueue, split: random.between(1, size - 1) };
  const queues =
    "receive" in starts
      ? [
          { queue: starts.receive, split: 0 },
          { queue: starts.transmit, split: size },
        ]
      : [disk];
  for (let round = random.below(4); round >= 0; round -= 1) {
    for (const [index, { queue, split }] of queues.entries()) {
      const { memory } = machine;
      scribble({ memory, table: queue.table, size }, { split, wrong }, random);
      for (let count = random.below(size); count >= 0; count -= 1) {
        const head = random.below(split === 0 ? size : split);
        const header = Number(BigInt.asUintN(32, memory.load64(queue.table + 16 * head)));
        if (header >= RAM_START && header < RAM_START + RAM_BYTES - 16) {
          memory.store32(header, random.pick([0, 1, 4, 8, 9]));
          memory.store64(header + 8, BigInt(random.below(DISK_SECTORS + 4)));
        }
        queue.publish(random.below(1_000) < wrong ? random.below(0x1_0000) : head);
      }
      machine.driver.notify(index);
    }
    if (machine instanceof NetMachine) {
      for (let count = 0; count < size; count += 1) {
        machine.device.receive(random.bytes(random.between(14, 100)));
      }
    }
    // before more are offered, a driver waits for what it has offered, or does not
    machine.pass(wrong > 0 ? random.below(300) : 100 * size);
  }
}

/** Runs guests that do anything; returns how often a device failed and what it did at most. */
function fuzz(create: (memory: Memory) => NetMachine | BlockMachine, seeds: number) {
  const worst = { accesses: 0, bytes: 0 };
  let failures = 0;
  let served = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const random = new RandomStream(seed, "fuzz");
    const memory = countingMemory();
    const machine = create(memory);
    const measure = (work: () => void): void => {
      [memory.accesses, memory.bytes] = [0, 0];
      work();
      worst.accesses = Math.max(worst.accesses, memory.accesses);
      worst.bytes = Math.max(worst.bytes, memory.bytes);
    };
    const bytes = machine.save().length;
    for (let number = random.below(30); number > 0; number -= 1) poke(machine, random);
    measure(() => attack(machine, random));
    if (machine.mmio.failure !== undefined) failures += 1;
    else served += 1;
    for (let number = random.below(30); number > 0; number -= 1)
      measure(() => poke(machine, random));
    // whatever state that is, it can be saved and taken over
    const saved = machine.save();
    expect(saved.length).toBe(bytes);
    const copy = create(countingMemory());
    copy.load(saved);
    expect(Buffer.compare(copy.save(), saved)).toBe(0);
    machine.driver.write(0x070, 0);
    expect([machine.line, machine.mmio.nextTick]).toEqual([false, Infinity]);
  }
  return { worst, failures, served };
}

test.each([
  ["card", (memory: Memory) => new NetMachine(memory)],
  ["disk", (memory: Memory) => new BlockMachine({}, memory)],
] as const)(
  "fuzz: nothing that a guest does makes a %s throw or work without bound",
  (_, create) => {
    const { worst, failures, served } = fuzz(create, 300);
    // both kinds of guests are among them
    expect(failures).toBeGreaterThan(60);
    expect(served).toBeGreaterThan(60);
    expect(worst.accesses).toBeLessThan(4 * 2 * 256 * (256 + 4));
    expect(worst.bytes).toBeLessThan(64 << 20);
  },
);

test("fuzz: the worst queue costs a read for each descriptor of each chain, and no more", () => {
  const memory = countingMemory();
  const machine = new NetMachine(memory);
  const { transmit } = machine.start(256);
  for (let index = 0; index < 256; index += 1) {
    transmit.describe(index, RAM_START, RAM_BYTES, index === 255 ? 0 : 1, index + 1);
  }
  for (let count = 0; count < 256; count += 1) transmit.publish(0);
  memory.accesses = 0;
  memory.bytes = 0;
  machine.driver.notify(1);
  expect(machine.frames).toEqual([]);
  expect(transmit.takeUsed()).toHaveLength(256);
  // for each chain its descriptors, the count and entry of the ring, and two writes to give it back
  expect(memory.accesses).toBe(256 * (256 + 4) + 2);
  expect(memory.bytes).toBeLessThan(256 * 256 * 16 + PAGE_SIZE);
});

test("fuzz: bytes that are no state are refused or are one", () => {
  const machine = new BlockMachine();
  const queue = machine.start();
  machine.header(RAM_START + 0x8000, 0, 3);
  queue.offer([
    { address: RAM_START + 0x8000, length: 16 },
    { address: RAM_START + 0x9000, length: 513, write: true },
  ]);
  machine.driver.notify(0);
  const saved = machine.save();
  const random = new RandomStream(1, "damage");
  let taken = 0;
  for (let round = 0; round < 4_000; round += 1) {
    const bytes = saved.slice();
    for (let count = random.below(3); count >= 0; count -= 1) {
      bytes[random.below(140)] = random.pick([0, 1, 2, 16, 128, 255, random.below(256)]);
    }
    const other = new BlockMachine();
    try {
      other.load(bytes);
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "GUEST_REGISTERS" });
      continue;
    }
    taken += 1;
    expect(Buffer.compare(other.save(), bytes)).toBe(0);
    if (other.mmio.nextTick < 1_000) other.pass(1_000);
    other.driver.notify(0);
  }
  expect(taken).toBeGreaterThan(200);
});
