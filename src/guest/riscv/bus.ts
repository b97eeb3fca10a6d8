import { assert } from "../../sim/assert.ts";
import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import type { MmioDevice } from "./devices/mmio-device.ts";
import { shownAddress } from "./shown-address.ts";

/** One more than the highest address that a 32-bit hart reaches. */
const ADDRESSES_END = 0x1_0000_0000;

/** Widest access to a device, in bytes: no access may reach past the end of a window. */
const WORD_BYTES = 4;

/** Which device answers at which physical address. */
export class Bus {
  readonly #devices: MmioDevice[] = [];
  /** Found last: a driver talks to one device for a while. */
  #recent: MmioDevice | undefined;

  /** All devices in the order in which they were added. */
  get devices(): readonly MmioDevice[] {
    return this.#devices;
  }

  /**
   * Puts a device on the bus, at the window that it names.
   *
   * @throws StandinRangeError `DEVICE_WINDOW` for a window that is not made of whole words below 2^32,
   *   `DEVICE_OVERLAP` for one that another device has a part of; StandinTypeError `DEVICE_NAME`.
   */
  add(device: MmioDevice): void {
    const { name, base, sizeBytes } = device;
    const wholeWords = [base, sizeBytes].every(
      (value) => Number.isSafeInteger(value) && value >= 0 && value % WORD_BYTES === 0,
    );
    if (!wholeWords || sizeBytes === 0 || base + sizeBytes > ADDRESSES_END) {
      throw new StandinRangeError(
        "DEVICE_WINDOW",
        `expected device "${name}" in whole words below 2^32, got ${sizeBytes} bytes at ${shownAddress(base)}`,
      );
    }
    for (const other of this.#devices) {
      if (other.name === name) {
        throw new StandinTypeError(
          "DEVICE_NAME",
          `expected a name that no other device has, got "${name}" twice`,
        );
      }
      if (base >= other.base + other.sizeBytes || other.base >= base + sizeBytes) continue;
      throw new StandinRangeError(
        "DEVICE_OVERLAP",
        `expected device "${name}" apart from "${other.name}" at ${shownAddress(other.base)}, got ${sizeBytes} bytes at ${shownAddress(base)}`,
      );
    }
    this.#devices.push(device);
    assert(this.find(base) === device, "a device is found where it was put");
  }

  /**
   * The device in whose window an address lies.
   *
   * @param address 0 to 2^32 - 1.
   */
  find(address: number): MmioDevice | undefined {
    const recent = this.#recent;
    if (recent !== undefined && isWithin(recent, address)) return recent;
    for (const device of this.#devices) {
      if (!isWithin(device, address)) continue;
      this.#recent = device;
      return device;
    }
    return undefined;
  }
}

function isWithin({ base, sizeBytes }: MmioDevice, address: number): boolean {
  return address >= base && address - base < sizeBytes;
}
