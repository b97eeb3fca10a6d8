import { expect, test } from "vitest";
import { HeldPackets } from "../../../src/checkpoint/release/held-packets.ts";
import { InvariantError } from "../../../src/sim/errors.ts";

const urgent = (epoch: number, length: number) => ({
  epoch,
  packet: new Uint8Array(length),
  deferredAtNs: undefined,
});
const deferred = (epoch: number, length: number, deferredAtNs: number) => ({
  ...urgent(epoch, length),
  deferredAtNs,
});
const state = (held: HeldPackets) => [
  held.count,
  held.bytes,
  held.urgentCount,
  held.urgentBytes,
  held.deferredSinceNs,
];

test("held packets: those that may be deferred are counted apart", () => {
  const held = new HeldPackets();
  expect(state(held)).toEqual([0, 0, 0, 0, undefined]);
  held.add(urgent(2, 10));
  expect(state(held)).toEqual([1, 10, 1, 10, undefined]);
  held.add(deferred(2, 5, 0));
  held.add(deferred(3, 7, 40));
  expect(state(held)).toEqual([3, 22, 1, 10, 0]);
});

test("held packets: epochs leave in order, and the first that waits is the first of those left", () => {
  const held = new HeldPackets();
  const packets = [deferred(2, 1, 10), urgent(3, 2), deferred(3, 4, 20), deferred(5, 8, 30)];
  for (const packet of packets) held.add(packet);
  expect(held.take(1)).toEqual([]);
  expect(held.take(2)).toEqual(packets.slice(0, 1));
  expect(state(held)).toEqual([3, 14, 1, 2, 20]);
  expect(held.take(4)).toEqual(packets.slice(1, 3));
  expect(state(held)).toEqual([1, 8, 0, 0, 30]);
  expect(held.take()).toEqual(packets.slice(3));
  expect(state(held)).toEqual([0, 0, 0, 0, undefined]);
});

test("held packets: an older epoch after a newer one is a mistake", () => {
  const held = new HeldPackets();
  held.add(urgent(3, 1));
  expect(() => held.add(urgent(2, 1))).toThrow(InvariantError);
});
