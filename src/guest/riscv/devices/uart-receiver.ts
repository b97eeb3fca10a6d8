import { assert } from "../../../sim/assert.ts";
import type { ByteReader } from "../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../sim/byte-writer.ts";
import { StandinRangeError } from "../../../sim/errors.ts";
import type { DeviceState } from "./device-state.ts";

/** Bytes received that the FIFO holds; without FIFO it is one. */
export const UART_FIFO_BYTES = 16;

const CONTROL_ENABLE = 1;
const CONTROL_CLEAR = 2;
/** Bits of the control register that are kept: enabled, and the choice of the trigger. */
const CONTROL_KEPT = 0xc1;
const TRIGGERS = [1, 4, 8, 14];

/** The receiving half of a 16550: its FIFO, the register that controls it, and whether it ran over. */
export class UartReceiver implements DeviceState {
  readonly #bytes = new Uint8Array(UART_FIFO_BYTES);
  #length = 0;
  #control = 0;
  #isOverrun = false;

  /** Bytes that wait to be read. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that can still be taken. */
  get room(): number {
    return capacityOf(this.#control) - this.#length;
  }

  /** Whether the FIFO is in use. */
  get hasFifo(): boolean {
    return (this.#control & CONTROL_ENABLE) !== 0;
  }

  /** Whether as many bytes wait as software wants to be told of at once. */
  get isTriggered(): boolean {
    return this.#length >= TRIGGERS[this.#control >>> 6]!;
  }

  /** Whether a byte was lost since {@link UartReceiver.forgetOverrun}. */
  get isOverrun(): boolean {
    return this.#isOverrun;
  }

  /** What reading the line status does. */
  forgetOverrun(): void {
    this.#isOverrun = false;
  }

  /** Writes the control register, FCR. */
  control(value: number): void {
    const isSwitched = ((value ^ this.#control) & CONTROL_ENABLE) !== 0;
    // The other bits count only together with the enabling one.
    this.#control = (value & CONTROL_ENABLE) !== 0 ? value & CONTROL_KEPT : 0;
    if (!isSwitched && !(this.hasFifo && (value & CONTROL_CLEAR) !== 0)) return;
    this.#bytes.fill(0);
    this.#length = 0;
  }

  /** Takes a byte from the line; one that finds no room is lost. */
  put(byte: number): void {
    if (this.room === 0) {
      this.#isOverrun = true;
      return;
    }
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  /** The byte that has waited longest, 0 if there is none. */
  take(): number {
    if (this.#length === 0) return 0;
    const byte = this.#bytes[0]!;
    this.#bytes.copyWithin(0, 1, this.#length);
    this.#length -= 1;
    // What is no more there is zero, so that equal states have equal bytes.
    this.#bytes[this.#length] = 0;
    assert(this.room > 0, "a byte that was read has made room");
    return byte;
  }

  save(writer: ByteWriter): void {
    writer.u8(this.#control).u8(this.#isOverrun ? 1 : 0);
    writer.u8(this.#length).bytes(this.#bytes);
  }

  parse(reader: ByteReader): () => void {
    const [control, isOverrun, length] = [reader.u8(), reader.u8(), reader.u8()];
    const bytes = reader.bytes(UART_FIFO_BYTES).slice();
    const isControl = (control & ~CONTROL_KEPT) === 0 && (control === 0 || (control & 1) === 1);
    if (reader.failed || !isControl || isOverrun > 1 || length > capacityOf(control)) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected the receiver of a serial port, got ${length} bytes with FIFO control ${control}`,
      );
    }
    return () => {
      this.#control = control;
      this.#isOverrun = isOverrun === 1;
      this.#length = length;
      this.#bytes.set(bytes);
    };
  }
}

function capacityOf(control: number): number {
  return (control & CONTROL_ENABLE) !== 0 ? UART_FIFO_BYTES : 1;
}
