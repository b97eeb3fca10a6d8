import { expect, test } from "vitest";
import { GuestRam } from "../../../../../src/guest/riscv/devices/virtio/guest-ram.ts";
import { DISK_START, machineMemory, RAM_BYTES, RAM_START } from "./machine.ts";

const END = RAM_START + RAM_BYTES;

test.each([
  [RAM_START, RAM_BYTES, true],
  [RAM_START, RAM_BYTES + 1, false],
  [RAM_START - 1, 2, false],
  [END - 1, 1, true],
  [END - 1, 2, false],
  [END, 1, false],
  [END, 0, true],
  [RAM_START, 2 ** 32 - 1, false],
  [DISK_START, 1, false],
  [2 ** 64, 1, false],
  [2 ** 64 - 2 ** 11, 2 ** 12, false],
  [0, 1, false],
])("guest RAM: whether it holds %d and %d bytes from there", (address, length, expected) => {
  expect(new GuestRam(machineMemory(), RAM_START, RAM_BYTES).contains(address, length)).toBe(
    expected,
  );
});

test("guest RAM: an access elsewhere is a mistake of the device", () => {
  const ram = new GuestRam(machineMemory(), RAM_START, RAM_BYTES);
  expect(() => ram.read(DISK_START, 1)).toThrow("a device reads RAM");
  expect(() => ram.write(END - 1, new Uint8Array(2))).toThrow("a device writes RAM");
});

test.each([
  [0.5, 1],
  [-1, 1],
  [0, 0],
  [0, Number.NaN],
  [1, 2 ** 32],
])("guest RAM: %d and %d bytes are refused", (start, bytes) => {
  expect(() => new GuestRam(machineMemory(), start, bytes)).toThrow(
    expect.objectContaining({ code: "RAM_RANGE" }),
  );
});
