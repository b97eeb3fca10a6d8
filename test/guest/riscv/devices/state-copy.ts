import { expect } from "vitest";
import type { DeviceState } from "../../../../src/guest/riscv/devices/device-state.ts";
import { ByteReader } from "../../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../../src/sim/byte-writer.ts";
import { RandomStream } from "../../../../src/sim/random.ts";
import { thrownCode } from "../thrown-code.ts";

/** What a device saves, as bytes of the caller. */
export function savedState(device: DeviceState): Uint8Array {
  const writer = new ByteWriter();
  device.save(writer);
  return writer.finish().slice();
}

/** Has a device take over what another one saved. */
export function loadState(device: DeviceState, bytes: Uint8Array): void {
  const reader = new ByteReader(bytes);
  const commit = device.parse(reader);
  expect(reader.complete).toBe(true);
  commit();
}

/**
 * What must hold for the state of any device: it is saved in as many bytes as that of a fresh one, is
 * the same after a copy, and whatever else is offered is refused with `GUEST_REGISTERS` or is a state
 * that saves as it was. Parsing alone changes nothing.
 */
export function expectStateContract(device: DeviceState, makeFresh: () => DeviceState): void {
  const saved = savedState(device);
  const fresh = savedState(makeFresh());
  expect(saved.length).toBe(fresh.length);
  const copy = makeFresh();
  copy.parse(new ByteReader(saved));
  expect(savedState(copy)).toEqual(fresh);
  loadState(copy, saved);
  expect(savedState(copy)).toEqual(saved);
  for (let length = 0; length < saved.length; length += 1) {
    const parse = (): unknown => copy.parse(new ByteReader(saved.subarray(0, length)));
    expect(thrownCode(parse), `${length} bytes`).toBe("GUEST_REGISTERS");
  }
  const random = new RandomStream(3, "device states");
  for (let round = 0; round < 500; round += 1) {
    const bytes = saved.slice();
    bytes[random.below(bytes.length)] = random.below(256);
    const other = makeFresh();
    let commit: () => void;
    try {
      commit = other.parse(new ByteReader(bytes));
    } catch (thrown) {
      expect((thrown as { code?: string }).code).toBe("GUEST_REGISTERS");
      expect(savedState(other)).toEqual(fresh);
      continue;
    }
    commit();
    expect(savedState(other)).toEqual(bytes);
  }
}
