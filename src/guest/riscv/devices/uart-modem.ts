import type { ByteReader } from "../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../sim/byte-writer.ts";
import { StandinRangeError } from "../../../sim/errors.ts";
import type { DeviceState } from "./device-state.ts";

// Outputs, in the control register.
const READY = 1;
const REQUEST = 2;
const OUTPUT_1 = 4;
const OUTPUT_2 = 8;
const LOOP = 0x10;
const CONTROL_KNOWN = 0x1f;

// Inputs, in the upper half of the status register; which of them have changed is in the lower.
const CLEAR_TO_SEND = 0x10;
const DATA_SET_READY = 0x20;
const RING = 0x40;
const CARRIER = 0x80;
const CHANGES = 0xf;
const RING_ENDED = 4;

/** Somebody is there at the other end, always. */
const CONNECTED = CLEAR_TO_SEND | DATA_SET_READY | CARRIER;

/** The modem lines of a 16550: four outputs, four inputs, and the loop that connects them for tests. */
export class UartModem implements DeviceState {
  #control = 0;
  #status = CONNECTED;

  /** The modem control register, MCR. */
  get control(): number {
    return this.#control;
  }

  set control(value: number) {
    this.#control = value & CONTROL_KNOWN;
    const lines = this.isLooped ? loopedLines(value) : CONNECTED;
    const changed = (lines ^ this.#status) >>> 4;
    // That the bell begins to ring is not told, only that it has rung.
    const told = (lines & RING) === 0 ? changed : changed & ~RING_ENDED;
    this.#status = lines | (this.#status & CHANGES) | told;
  }

  /** Whether outputs and inputs are connected with each other and with nobody else. */
  get isLooped(): boolean {
    return (this.#control & LOOP) !== 0;
  }

  /** Whether an input has changed since the status was read. */
  get hasChanged(): boolean {
    return (this.#status & CHANGES) !== 0;
  }

  /** Reads the modem status register, MSR, which forgets the changes. */
  takeStatus(): number {
    const status = this.#status;
    this.#status &= ~CHANGES;
    return status;
  }

  save(writer: ByteWriter): void {
    writer.u8(this.#control).u8(this.#status);
  }

  parse(reader: ByteReader): () => void {
    const [control, status] = [reader.u8(), reader.u8()];
    const lines = (control & LOOP) !== 0 ? loopedLines(control) : CONNECTED;
    if (reader.failed || (control & ~CONTROL_KNOWN) !== 0 || (status & ~CHANGES) !== lines) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected the modem lines of a serial port, got control ${control} with status ${status}`,
      );
    }
    return () => {
      this.#control = control;
      this.#status = status;
    };
  }
}

function loopedLines(control: number): number {
  let lines = 0;
  if ((control & REQUEST) !== 0) lines |= CLEAR_TO_SEND;
  if ((control & READY) !== 0) lines |= DATA_SET_READY;
  if ((control & OUTPUT_1) !== 0) lines |= RING;
  if ((control & OUTPUT_2) !== 0) lines |= CARRIER;
  return lines;
}
