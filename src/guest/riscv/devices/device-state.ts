import type { ByteReader } from "../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../sim/byte-writer.ts";

/** State outside the memory that has to be in every checkpoint. */
export interface DeviceState {
  /** Writes all of it; always the same number of bytes. */
  save(writer: ByteWriter): void;
  /**
   * Reads what {@link DeviceState.save} of a device of the same configuration wrote; it may be anything.
   * Changes nothing yet.
   *
   * @returns Takes the state over; called once everything else of the machine was found good.
   * @throws StandinRangeError `GUEST_REGISTERS` for bytes that no such device wrote.
   */
  parse(reader: ByteReader): () => void;
}
