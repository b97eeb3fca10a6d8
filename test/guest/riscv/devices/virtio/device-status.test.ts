import { expect, test } from "vitest";
import { DeviceStatus } from "../../../../../src/guest/riscv/devices/virtio/device-status.ts";
import { ByteReader } from "../../../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../../../src/sim/byte-writer.ts";
import { BlockMachine, NetMachine } from "./machine.ts";

test("device status: the offered features are those of the standard's numbers", () => {
  expect(new NetMachine().driver.offered()).toEqual({ low: 1 << 5, high: 1 });
  expect(new BlockMachine().driver.offered()).toEqual({ low: 0b10_0000_0110, high: 1 });
});

test("device status: features beyond the first 64 are none, and none can be accepted", () => {
  const { driver } = new BlockMachine();
  driver.write(0x014, 2);
  expect(driver.read(0x010)).toBe(0);
  driver.write(0x024, 2);
  driver.write(0x020, 0xffff_ffff);
  expect(driver.negotiate()).toBe(true);
});

test.each([
  ["all that is offered", 0b10_0000_0110, 1, true],
  ["nothing but VERSION_1", 0, 1, true],
  ["no VERSION_1", 0b10_0000_0110, 0, false],
  ["indirect descriptors", 1 << 28, 1, false],
  ["event indexes", 1 << 29, 1, false],
  ["a packed ring", 0, 0b100 | 1, false],
  ["the uppermost bits", 0x8000_0000, 0x8000_0001, false],
])("device status: a driver that accepts %s", (_, low, high, agreed) => {
  const { driver } = new BlockMachine();
  expect(driver.negotiate(low, high)).toBe(agreed);
  driver.begin();
  expect((driver.status & 4) !== 0).toBe(agreed);
  expect(driver.status).toBe(agreed ? 15 : 3);
});

test("device status: features are fixed by FEATURES_OK, and bits cleared by a reset alone", () => {
  const { driver } = new BlockMachine();
  driver.negotiate(0, 1);
  driver.write(0x020, 1 << 28);
  driver.begin();
  expect(driver.status).toBe(15);
  driver.write(0x070, 128);
  expect(driver.status).toBe(15 | 128);
  driver.write(0x070, 64 | 32 | 16);
  expect(driver.status).toBe(15 | 128);
  driver.write(0x070, 0);
  expect(driver.status).toBe(0);
});

test("device status: DRIVER_OK alone means nothing", () => {
  const { driver } = new BlockMachine();
  driver.write(0x070, 4);
  expect(driver.status).toBe(0);
});

function state(bits: number, low: number, high: number): Uint8Array {
  return new ByteWriter().u8(bits).u32(0).u32(0).u32(low).u32(high).finish();
}

test.each([
  ["an unknown bit", state(16, 0, 0)],
  ["FEATURES_OK without VERSION_1", state(8, 0, 0)],
  ["FEATURES_OK for what is not offered", state(8, 8, 1)],
  ["DRIVER_OK without FEATURES_OK", state(4, 4, 1)],
])("device status: a saved state with %s is refused", (_, bytes) => {
  const status = new DeviceStatus(4);
  expect(() => status.parse(new ByteReader(bytes))).toThrow(
    expect.objectContaining({ code: "GUEST_REGISTERS" }),
  );
});

test("device status: a saved state changes nothing before it is taken over", () => {
  const status = new DeviceStatus(4);
  const parsed = status.parse(new ByteReader(state(15, 4, 1)));
  expect(parsed.running).toBe(true);
  expect([status.bits, status.running]).toEqual([0, false]);
  parsed.commit();
  expect([status.bits, status.running]).toEqual([15, true]);
  const writer = new ByteWriter();
  status.save(writer);
  expect([...writer.finish()]).toEqual([...state(15, 4, 1)]);
});

test("device status: only the first failure of a running device is told to the driver", () => {
  const status = new DeviceStatus(0);
  expect(status.fail()).toBe(false);
  status.reset();
  status.acceptedSelect = 1;
  status.accept(1);
  status.add(15);
  expect([status.running, status.fail(), status.fail(), status.running]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(status.bits).toBe(15 | 64);
});
