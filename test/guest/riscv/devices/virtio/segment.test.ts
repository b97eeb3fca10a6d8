import { expect, test } from "vitest";
import { GuestRam } from "../../../../../src/guest/riscv/devices/virtio/guest-ram.ts";
import {
  gather,
  scatter,
  segmentBytes,
  sliceSegments,
} from "../../../../../src/guest/riscv/devices/virtio/segment.ts";
import { machineMemory, RAM_BYTES, RAM_START } from "./machine.ts";

const SEGMENTS = [
  { address: RAM_START + 10, length: 3 },
  { address: RAM_START + 4_094, length: 4 },
  { address: RAM_START, length: 1 },
];

test("segment: every slice holds the bytes that it is asked for, and no empty piece", () => {
  const places = SEGMENTS.flatMap(({ address, length }) =>
    Array.from({ length }, (_, index) => address + index),
  );
  expect(segmentBytes(SEGMENTS)).toBe(8);
  for (let start = 0; start <= 8; start += 1) {
    for (let length = 0; start + length <= 8; length += 1) {
      const slice = sliceSegments(SEGMENTS, start, length);
      const got = slice.flatMap(({ address, length: bytes }) =>
        Array.from({ length: bytes }, (_, index) => address + index),
      );
      expect(got).toEqual(places.slice(start, start + length));
      expect(slice.every((segment) => segment.length > 0)).toBe(true);
    }
  }
  expect(() => sliceSegments(SEGMENTS, 5, 4)).toThrow("a slice lies within its segments");
});

test("segment: what is scattered is gathered again, and nothing else is written", () => {
  const memory = machineMemory();
  const ram = new GuestRam(memory, RAM_START, RAM_BYTES);
  scatter(ram, SEGMENTS, Uint8Array.of(1, 2, 3, 4, 5, 6));
  expect([...gather(ram, SEGMENTS)]).toEqual([1, 2, 3, 4, 5, 6, 0, 0]);
  expect([...memory.read(RAM_START + 9, 5)]).toEqual([0, 1, 2, 3, 0]);
  expect([...memory.read(RAM_START + 4_093, 5)]).toEqual([0, 4, 5, 6, 0]);
  expect(() => scatter(ram, SEGMENTS, new Uint8Array(9))).toThrow("there is room for all bytes");
});
