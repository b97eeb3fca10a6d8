import { expect, test } from "vitest";
import { Bus } from "../../../src/guest/riscv/bus.ts";
import type { MmioDevice } from "../../../src/guest/riscv/devices/mmio-device.ts";

function device(name: string, base: number, sizeBytes: number): MmioDevice {
  return { name, base, sizeBytes, load: () => 0, store: () => undefined };
}

const code = (action: () => void): unknown => {
  try {
    action();
  } catch (thrown) {
    return (thrown as { code?: unknown }).code;
  }
  return undefined;
};

test("bus: the device whose window holds the address is found, from its first byte to its last", () => {
  const bus = new Bus();
  const low = device("low", 0x1000, 0x100);
  const next = device("next", 0x1100, 4);
  const top = device("top", 0xffff_fffc, 4);
  for (const each of [low, next, top]) bus.add(each);
  expect(bus.devices).toEqual([low, next, top]);
  expect(bus.find(0xfff)).toBeUndefined();
  expect(bus.find(0x1000)).toBe(low);
  expect(bus.find(0x10ff)).toBe(low);
  expect(bus.find(0x1100)).toBe(next);
  expect(bus.find(0x1103)).toBe(next);
  expect(bus.find(0x1104)).toBeUndefined();
  expect(bus.find(0xffff_ffff)).toBe(top);
  expect(bus.find(0)).toBeUndefined();
});

test("bus: a window that touches another one is taken, one that overlaps it is not", () => {
  const bus = new Bus();
  bus.add(device("first", 0x1000, 0x100));
  expect(code(() => bus.add(device("below", 0xf00, 0x104)))).toBe("DEVICE_OVERLAP");
  expect(code(() => bus.add(device("inside", 0x1004, 4)))).toBe("DEVICE_OVERLAP");
  expect(code(() => bus.add(device("around", 0x800, 0x1000)))).toBe("DEVICE_OVERLAP");
  expect(code(() => bus.add(device("above", 0x10fc, 8)))).toBe("DEVICE_OVERLAP");
  expect(bus.devices).toHaveLength(1);
  bus.add(device("before", 0xf00, 0x100));
  bus.add(device("after", 0x1100, 0x100));
  expect(bus.devices).toHaveLength(3);
});

test("bus: the error names both devices and the address", () => {
  const bus = new Bus();
  bus.add(device("uart", 0x1000_0000, 0x100));
  expect(() => bus.add(device("disk", 0x1000_0080, 0x100))).toThrow(
    'expected device "disk" apart from "uart" at 0x10000000, got 256 bytes at 0x10000080',
  );
});

test.each([
  [0x1001, 4],
  [0x1000, 6],
  [0x1000, 0],
  [-4, 8],
  [0xffff_fffc, 8],
  [Number.NaN, 4],
])("bus: a window at %d of %d bytes is refused", (base, sizeBytes) => {
  expect(code(() => new Bus().add(device("odd", base, sizeBytes)))).toBe("DEVICE_WINDOW");
});

test("bus: two devices of one name are refused", () => {
  const bus = new Bus();
  bus.add(device("uart", 0x1000, 4));
  expect(code(() => bus.add(device("uart", 0x2000, 4)))).toBe("DEVICE_NAME");
});
