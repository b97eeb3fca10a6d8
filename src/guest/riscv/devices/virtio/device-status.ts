import { assert } from "../../../../sim/assert.ts";
import type { ByteReader } from "../../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../../sim/byte-writer.ts";
import { STATUS, VERSION_1_HIGH } from "./register-map.ts";
import { expectState } from "./saved-state.ts";

const DRIVER_BITS =
  STATUS.acknowledge | STATUS.driver | STATUS.driverOk | STATUS.featuresOk | STATUS.failed;

/** How far driver and device have got with each other: status bits and features. */
interface Values {
  bits: number;
  offeredSelect: number;
  acceptedSelect: number;
  acceptedLow: number;
  acceptedHigh: number;
}

const FRESH: Values = {
  bits: 0,
  offeredSelect: 0,
  acceptedSelect: 0,
  acceptedLow: 0,
  acceptedHigh: 0,
};

/**
 * The status register and the negotiation of features. FEATURES_OK stays clear for a driver that
 * accepts what was not offered or does without VERSION_1, and without it DRIVER_OK stays clear.
 *
 * Source: VIRTIO 1.2, 2.1 "Device Status Field", 2.2 "Feature Bits", 3.1 "Device Initialization".
 */
export class DeviceStatus {
  readonly #offeredLow: number;
  #values: Values = { ...FRESH };

  /** @param offeredLow The lower 32 feature bits; of the upper ones VERSION_1 is offered. */
  constructor(offeredLow: number) {
    this.#offeredLow = offeredLow >>> 0;
  }

  /** As the driver reads it. */
  get bits(): number {
    return this.#values.bits;
  }

  /** Whether the driver is up and the device has not failed. */
  get running(): boolean {
    return isRunning(this.#values.bits);
  }

  /** The selected 32 of the offered feature bits. */
  get offered(): number {
    const { offeredSelect } = this.#values;
    if (offeredSelect === 0) return this.#offeredLow;
    return offeredSelect === 1 ? VERSION_1_HIGH : 0;
  }

  set offeredSelect(select: number) {
    this.#values.offeredSelect = select;
  }

  set acceptedSelect(select: number) {
    this.#values.acceptedSelect = select;
  }

  /** The driver accepts the selected 32 feature bits; too late once FEATURES_OK is set. */
  accept(features: number): void {
    const values = this.#values;
    if ((values.bits & STATUS.featuresOk) !== 0) return;
    if (values.acceptedSelect === 0) values.acceptedLow = features;
    else if (values.acceptedSelect === 1) values.acceptedHigh = features;
  }

  /** Sets the bits that the driver writes. Only a reset clears any. */
  add(bits: number): void {
    const values = this.#values;
    let added = values.bits | (bits & DRIVER_BITS);
    if (!this.#agrees(values)) added &= ~STATUS.featuresOk;
    if ((added & STATUS.featuresOk) === 0) added &= ~STATUS.driverOk;
    assert((values.bits & ~added) === 0, "a status bit that is set stays set");
    values.bits = added;
  }

  /** Sets DEVICE_NEEDS_RESET. Returns whether the driver is to be told. */
  fail(): boolean {
    const { bits } = this.#values;
    this.#values.bits = bits | STATUS.needsReset;
    return isRunning(bits);
  }

  /** As when the machine was switched on. */
  reset(): void {
    this.#values = { ...FRESH };
  }

  /** Writes 17 bytes. */
  save(writer: ByteWriter): void {
    const { bits, offeredSelect, acceptedSelect, acceptedLow, acceptedHigh } = this.#values;
    writer.u8(bits).u32(offeredSelect).u32(acceptedSelect).u32(acceptedLow).u32(acceptedHigh);
  }

  /**
   * Reads what `save` wrote; it may be anything. Changes nothing before `commit`.
   *
   * @throws `StandinRangeError` `GUEST_REGISTERS`.
   */
  parse(reader: ByteReader): { readonly running: boolean; readonly commit: () => void } {
    const values: Values = {
      bits: reader.u8(),
      offeredSelect: reader.u32(),
      acceptedSelect: reader.u32(),
      acceptedLow: reader.u32(),
      acceptedHigh: reader.u32(),
    };
    const { bits } = values;
    expectState((bits & ~(DRIVER_BITS | STATUS.needsReset)) === 0, "a device status", bits);
    const featuresOk = (bits & STATUS.featuresOk) !== 0;
    expectState(!featuresOk || this.#agrees(values), "FEATURES_OK for features offered", bits);
    const driverOk = (bits & STATUS.driverOk) !== 0;
    expectState(!driverOk || featuresOk, "DRIVER_OK after FEATURES_OK", bits);
    const commit = (): void => {
      this.#values = values;
    };
    return { running: isRunning(bits), commit };
  }

  #agrees({ acceptedLow, acceptedHigh }: Values): boolean {
    return (acceptedLow & ~this.#offeredLow) === 0 && acceptedHigh === VERSION_1_HIGH;
  }
}

function isRunning(bits: number): boolean {
  return (bits & STATUS.driverOk) !== 0 && (bits & STATUS.needsReset) === 0;
}
