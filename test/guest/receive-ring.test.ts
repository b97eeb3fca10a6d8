import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { GuestPanic } from "../../src/guest/guest-panic.ts";
import { PACKET_BYTES_MAX } from "../../src/guest/packet.ts";
import {
  RECEIVE_RING_BYTES,
  RECEIVE_RING_CAPACITY,
  RECEIVE_SLOT_BYTES,
  ReceiveRing,
  ReceiveRingControl,
} from "../../src/guest/receive-ring.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

let memory: Memory;
let ring: ReceiveRing;

beforeEach(() => {
  memory = new Memory();
  const backing = new SparseBacking(1 + RECEIVE_RING_BYTES / PAGE_SIZE);
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  ring = new ReceiveRing(memory, 0, PAGE_SIZE);
});

function take(): Uint8Array | undefined {
  const waiting = ring.peek();
  if (waiting === undefined) return undefined;
  const packet = memory.read(waiting.address, waiting.lengthBytes);
  ring.release();
  return packet;
}

const control = (): { tail: number; dropped: number; head: number } => {
  const { tail, dropped, head } = ReceiveRingControl.at(memory, 0);
  return { tail, dropped, head };
};

test("receive ring: packets come out whole and in order", () => {
  const operations = fc.array(
    fc.oneof(fc.constant(undefined), fc.uint8Array({ minLength: 1, maxLength: 40 })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(operations, (list) => {
      while (take() !== undefined);
      const waiting: Uint8Array[] = [];
      for (const packet of list) {
        if (packet === undefined) expect(take()).toEqual(waiting.shift());
        else {
          if (waiting.length < RECEIVE_RING_CAPACITY) waiting.push(packet);
          ring.receive(packet);
        }
      }
      for (const packet of waiting) expect(take()).toEqual(packet);
      expect(take()).toBeUndefined();
    }),
  );
});

test("receive ring: what does not fit is dropped and counted", () => {
  for (let index = 0; index < RECEIVE_RING_CAPACITY + 3; index += 1) {
    ring.receive(Uint8Array.of(index));
  }
  expect(control()).toEqual({ tail: RECEIVE_RING_CAPACITY, dropped: 3, head: 0 });
  expect(take()).toEqual(Uint8Array.of(0));
  ring.receive(new Uint8Array(0));
  ring.receive(new Uint8Array(PACKET_BYTES_MAX + 1));
  expect(control()).toEqual({ tail: RECEIVE_RING_CAPACITY, dropped: 5, head: 1 });
  const largest = new Uint8Array(PACKET_BYTES_MAX).fill(7);
  ring.receive(largest);
  for (let index = 1; index < RECEIVE_RING_CAPACITY; index += 1) take();
  expect(take()).toEqual(largest);
});

test("receive ring: counters wrap", () => {
  const view = ReceiveRingControl.at(memory, 0);
  view.tail = 0xffff_ffff;
  view.head = 0xffff_ffff;
  ring.receive(Uint8Array.of(1));
  ring.receive(Uint8Array.of(2));
  expect([take(), take(), take()]).toEqual([Uint8Array.of(1), Uint8Array.of(2), undefined]);
  expect(control()).toMatchObject({ tail: 1, head: 1 });
});

test("receive ring: a received packet dirties its slot and the counters, and no other page", () => {
  ring.receive(Uint8Array.of(1, 2, 3));
  const dirty = [0, 1, 2, 3, 4].filter((page) => memory.slat.isDirty(page));
  expect(dirty).toEqual([0, 1]);
  expect(memory.tlb.walks).toBe(0);
});

test("receive ring: the packet is copied", () => {
  const packet = Uint8Array.of(1);
  ring.receive(packet);
  packet[0] = 2;
  expect(take()).toEqual(Uint8Array.of(1));
});

test("receive ring: a length that no card writes is a panic of the guest", () => {
  memory.store32(PAGE_SIZE, RECEIVE_SLOT_BYTES);
  expect(() => ring.peek()).toThrow(GuestPanic);
});
