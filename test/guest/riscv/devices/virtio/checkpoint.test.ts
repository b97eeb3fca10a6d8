// covers src/guest/riscv/devices/virtio/virtio-mmio.ts, src/guest/riscv/devices/virtio/request-slots.ts
import { expect, test } from "vitest";
import type { BlockDeviceOptions } from "../../../../../src/guest/riscv/devices/virtio/block-device.ts";
import type { Memory } from "../../../../../src/memory/memory.ts";
import { MemoryDigest } from "../../../../../src/memory/memory-digest.ts";
import { PAGE_SIZE } from "../../../../../src/memory/page.ts";
import { PageSet } from "../../../../../src/memory/page-set.ts";
import { SlatTracker } from "../../../../../src/memory/slat-tracker.ts";
import { RandomStream } from "../../../../../src/sim/random.ts";
import { changedPages, snapshot } from "../../../../memory/snapshot.ts";
import { CardLife, DiskLife, drawSteps, type Life } from "./life.ts";
import {
  BlockMachine,
  BUFFERS,
  DISK_START,
  LATENCY,
  machineMemory,
  NetMachine,
  RAM_START,
} from "./machine.ts";

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);
const STEPS = 200;

/** How checkpoints get from one machine into another, at the end of an epoch. */
type Transfer = (source: Life, target: Life) => void;

function copyEverything(source: Life, target: Life): void {
  target.machine.copyFrom(source.machine);
  target.remember(source);
}

/** Transfers the pages that a tracker found dirty, and nothing else of the memory. */
function copyDirty(source: Memory): Transfer {
  const tracker = new SlatTracker(source);
  tracker.start();
  return (from, to) => {
    for (const page of tracker.collect(new PageSet())) {
      to.machine.memory.hostWrite(page, from.machine.memory.page(page));
    }
    to.machine.ticks = from.machine.ticks;
    to.machine.load(from.machine.save());
    to.remember(from);
  };
}

/** All that can be told apart of a machine. */
function stateOf({ machine }: Life): string {
  const digest = new MemoryDigest(machine.memory).digest();
  return `${digest} ${Buffer.from(machine.save()).toString("hex")} at ${machine.ticks}`;
}

/** Plays steps in a machine, copies it at a random one, and goes on in both: are they the same? */
function continuesAlike(source: Life, target: Life, transfer: Transfer, seed: number): boolean {
  const random = new RandomStream(seed, "stop");
  const steps = drawSteps(seed, STEPS);
  const stop = random.between(1, STEPS - 50);
  for (const [number, step] of steps.slice(0, stop).entries()) {
    source.step(step);
    // earlier checkpoints, of which the last has to build on what they brought
    if (number === stop - 1 || random.below(40) === 0) transfer(source, target);
  }
  const seen = (life: Life): string[] => steps.slice(stop).map((step) => life.step(step));
  const framesOf = ({ machine }: Life): string =>
    machine instanceof NetMachine
      ? machine.frames
          .splice(0)
          .map((frame) => Buffer.from(frame).toString("hex"))
          .join("\n")
      : "";
  framesOf(source);
  framesOf(target);
  if (seen(target).join("\n") !== seen(source).join("\n")) return false;
  return framesOf(target) === framesOf(source) && stateOf(target) === stateOf(source);
}

const card = (memory?: Memory): Life => new CardLife(new NetMachine(memory));
const disk = (memory?: Memory): Life => new DiskLife(new BlockMachine({}, memory));

test.each([
  ["card", card],
  ["disk", disk],
] as const)(
  "checkpoint: a %s goes on in another machine as if nothing had happened",
  (_, create) => {
    const different = SEEDS.filter((seed) => {
      const target = create();
      // a life of its own, of which nothing may stay
      for (const step of drawSteps(seed + 1_000, 50)) target.step(step);
      return !continuesAlike(create(), target, copyEverything, seed);
    });
    expect(different).toEqual([]);
  },
);

test.each([
  ["card", card],
  ["disk", disk],
] as const)("checkpoint: dirty pages alone carry a %s over", (_, create) => {
  const different = SEEDS.filter((seed) => {
    const memory = machineMemory();
    const transfer = copyDirty(memory);
    return !continuesAlike(create(memory), create(), transfer, seed);
  });
  expect(different).toEqual([]);
});

/** Plays steps with the disk blocked now and then; what it is copied into is not blocked. */
function goesOnUnblocked(seed: number, broken: BlockDeviceOptions["broken"] = {}): boolean {
  const [source, target] = [0, 1].map(() => new DiskLife(new BlockMachine({ broken })));
  const random = new RandomStream(seed, "block");
  const steps = drawSteps(seed, STEPS);
  const stop = random.between(1, STEPS - 50);
  const lives = [source!, target!];
  for (const step of steps.slice(0, stop)) {
    const { device } = source!.machine;
    if (random.below(10) === 0) device.block();
    else if (random.below(20) === 0) device.unblock();
    device.catchUp();
    source!.step(step);
  }
  copyEverything(source!, target!);
  source!.machine.device.unblock();
  for (const { machine } of lives) machine.device.catchUp();
  const [here, there] = lives.map((life) => steps.slice(stop).map((step) => life.step(step)));
  return here!.join("\n") === there!.join("\n") && stateOf(source!) === stateOf(target!);
}

test("checkpoint: a disk that was blocked goes on unblocked, as where it was unblocked", () => {
  expect(SEEDS.filter((seed) => !goesOnUnblocked(seed))).toEqual([]);
  const lost = { blockedRequestLost: true };
  expect(SEEDS.filter((seed) => !goesOnUnblocked(seed, lost)).length).toBeGreaterThan(5);
});

test("checkpoint: in most of them requests are in flight", () => {
  const counts = SEEDS.map((seed) => {
    const life = new DiskLife(new BlockMachine());
    const stop = new RandomStream(seed, "stop").between(1, STEPS - 50);
    for (const step of drawSteps(seed, stop)) life.step(step);
    // the count of slots in use stands behind status, interrupts, selection and the queue
    return life.machine.save()[17 + 5 + 32]!;
  });
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(30);
  expect(Math.max(...counts)).toBeGreaterThan(8);
});

test("checkpoint: requests in flight that are not saved are noticed", () => {
  const broken = (): Life =>
    new DiskLife(new BlockMachine({ broken: { requestsInFlightNotSaved: true } }));
  const found = SEEDS.filter((seed) => !continuesAlike(broken(), broken(), copyEverything, seed));
  expect(found.length).toBeGreaterThan(30);
  const [intact, lacking] = [new BlockMachine().save(), broken().machine.save()];
  expect(lacking.length).toBe(intact.length);
});

test.each([
  ["card", card],
  ["disk", disk],
] as const)("checkpoint: writes of a %s that nobody logs are noticed", (_, create) => {
  const found = SEEDS.filter((seed) => {
    const memory = machineMemory({ logDeviceWrites: false });
    const transfer = copyDirty(memory);
    return !continuesAlike(create(memory), create(), transfer, seed);
  });
  expect(found.length).toBeGreaterThan(30);
});

/** Pages that a device dirties meanwhile; none may have changed without. */
function dirtiedBy(memory: Memory, tracker: SlatTracker, work: () => void): number[] {
  tracker.collect();
  const before = snapshot(memory);
  work();
  const dirty = tracker.collect().toArray();
  expect(dirty).toEqual(expect.arrayContaining(changedPages(before, memory)));
  return dirty;
}

const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);

test("checkpoint: a disk dirties the pages it writes and no other", () => {
  const machine = new BlockMachine();
  const { memory, driver } = machine;
  const tracker = new SlatTracker(memory);
  tracker.start();
  const queue = machine.start();
  const data = BUFFERS + 5 * PAGE_SIZE - 512;
  const status = BUFFERS + PAGE_SIZE;
  machine.header(BUFFERS, 1, 7);
  queue.offer([
    { address: BUFFERS, length: 16 },
    { address: data, length: 1_024 },
    { address: status, length: 1, write: true },
  ]);
  expect(dirtiedBy(memory, tracker, () => driver.notify(0))).toEqual([]);
  const used = pageOf(queue.used);
  const disk = pageOf(DISK_START);
  const writing = dirtiedBy(memory, tracker, () => machine.pass(LATENCY));
  expect(writing).toEqual([used, pageOf(status), disk, disk + 1]);
  machine.header(BUFFERS, 0, 7);
  queue.offer([
    { address: BUFFERS, length: 16 },
    { address: data, length: 1_024, write: true },
    { address: status, length: 1, write: true },
  ]);
  driver.notify(0);
  const reading = dirtiedBy(memory, tracker, () => machine.pass(LATENCY));
  expect(reading).toEqual([used, pageOf(status), pageOf(data), pageOf(data) + 1]);
});

test("checkpoint: a card dirties the pages it writes and no other", () => {
  const machine = new NetMachine();
  const { memory, driver } = machine;
  const tracker = new SlatTracker(memory);
  tracker.start();
  const { receive, transmit } = machine.start();
  transmit.offer([{ address: BUFFERS, length: 72 }]);
  expect(dirtiedBy(memory, tracker, () => driver.notify(1))).toEqual([pageOf(transmit.used)]);
  const buffer = BUFFERS + PAGE_SIZE - 20;
  receive.offer([{ address: buffer, length: 3 * PAGE_SIZE, write: true }]);
  expect(dirtiedBy(memory, tracker, () => driver.notify(0))).toEqual([]);
  const small = dirtiedBy(memory, tracker, () => machine.device.receive(new Uint8Array(60)));
  expect(small).toEqual([pageOf(RAM_START) + 1, pageOf(buffer), pageOf(buffer) + 1]);
  // a page that the buffer has and the frame does not reach stays clean
  expect(receive.takeUsed()).toEqual([{ head: 0, length: 72 }]);
});
