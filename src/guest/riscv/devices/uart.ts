import { assert } from "../../../sim/assert.ts";
import type { ByteReader } from "../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../sim/byte-writer.ts";
import { StandinRangeError } from "../../../sim/errors.ts";
import type { DeviceState } from "./device-state.ts";
import type { InterruptLine } from "./interrupt-line.ts";
import type { AccessBytes, MmioDevice } from "./mmio-device.ts";
import { UartModem } from "./uart-modem.ts";
import { UartReceiver } from "./uart-receiver.ts";

/** Physical address of the first register. */
export const UART_BASE = 0x1000_0000;

/** Bytes of the window. */
export const UART_BYTES = 0x100;

// Registers; the first two are the divisor while the line control register says so.
const DATA = 0;
const INTERRUPT_ENABLE = 1;
/** Read: which interrupt. Written: FIFO control. */
const IDENTIFICATION = 2;
const LINE_CONTROL = 3;
const MODEM_CONTROL = 4;
const LINE_STATUS = 5;
const MODEM_STATUS = 6;
const SCRATCH = 7;

const ENABLE_RECEIVED = 1;
const ENABLE_EMPTY = 2;
const ENABLE_LINE_STATUS = 4;
const ENABLE_MODEM_STATUS = 8;
const ENABLE_KNOWN = 0xf;

const IDENTIFY_NONE = 1;
const IDENTIFY_LINE_STATUS = 6;
const IDENTIFY_RECEIVED = 4;
const IDENTIFY_TIMEOUT = 0xc;
const IDENTIFY_EMPTY = 2;
const IDENTIFY_MODEM_STATUS = 0;
const IDENTIFY_FIFOS = 0xc0;

const LINE_DIVISOR = 0x80;

const STATUS_RECEIVED = 1;
const STATUS_OVERRUN = 2;
/** Holding register and shift register are both always empty: sending takes no time. */
const STATUS_EMPTY = 0x60;

const WORD = 0x1_0000_0000;
/** Counts of bytes are whole numbers of 53 bits. */
const HIGH_MAX = 0x1f_ffff;

/** Options of {@link Uart}. */
export interface UartOptions {
  /** The wire to the interrupt controller. */
  readonly line: InterruptLine;
  /**
   * Takes a byte that was sent, at once.
   *
   * @param position How many bytes were sent before it since the machine was made, so that whoever
   *   collects the text of machines that stood in for each other can tell where it belongs.
   */
  readonly onByte: (byte: number, position: number) => void;
}

/**
 * A serial port: the 16550A with its FIFOs (data sheet PC16550D, National Semiconductor), as far as a
 * driver can tell without measuring time. Sending is instantaneous, so the transmitter is always empty;
 * bytes that were received but do not fill the FIFO to its trigger count as timed out at once.
 *
 * Registers are bytes; a wider access is one to the byte at its address.
 */
export class Uart implements MmioDevice, DeviceState {
  readonly name: string = "uart";
  readonly base: number = UART_BASE;
  readonly sizeBytes: number = UART_BYTES;
  readonly #options: UartOptions;
  readonly #receiver = new UartReceiver();
  readonly #modem = new UartModem();
  #interruptEnable = 0;
  #lineControl = 0;
  #scratch = 0;
  #divisor = 0;
  /** Whether the emptiness of the transmitter has still to be told. */
  #isEmptyNews = false;
  #transmitted = 0;

  constructor(options: UartOptions) {
    this.#options = options;
  }

  /** Bytes sent since the machine was made. */
  get transmitted(): number {
    return this.#transmitted;
  }

  /**
   * Types bytes at the other end of the line.
   *
   * @returns How many there was room for; the others are not taken.
   */
  receive(bytes: Uint8Array): number {
    if (this.#modem.isLooped) return 0;
    const taken = bytes.subarray(0, this.#receiver.room);
    for (const byte of taken) this.#receiver.put(byte);
    this.#drive();
    return taken.length;
  }

  load(offset: number): number {
    const value = this.#read(offset);
    this.#drive();
    return value;
  }

  store(offset: number, _sizeBytes: AccessBytes, value: number): void {
    this.#write(offset, value & 0xff);
    this.#drive();
  }

  save(writer: ByteWriter): void {
    this.#receiver.save(writer);
    this.#modem.save(writer);
    writer.u8(this.#interruptEnable).u8(this.#lineControl).u8(this.#scratch).u16(this.#divisor);
    writer.u8(this.#isEmptyNews ? 1 : 0);
    writer.u32(this.#transmitted % WORD).u32(Math.floor(this.#transmitted / WORD));
  }

  /** Taking over sets the interrupt line. */
  parse(reader: ByteReader): () => void {
    const commitReceiver = this.#receiver.parse(reader);
    const commitModem = this.#modem.parse(reader);
    const [interruptEnable, lineControl, scratch] = [reader.u8(), reader.u8(), reader.u8()];
    const [divisor, isEmptyNews] = [reader.u16(), reader.u8()];
    const [low, high] = [reader.u32(), reader.u32()];
    const isKnown = interruptEnable <= ENABLE_KNOWN && isEmptyNews <= 1 && high <= HIGH_MAX;
    if (reader.failed || !isKnown) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected the state of a serial port, got interrupts ${interruptEnable} and ${high} * 2^32 bytes sent`,
      );
    }
    return () => {
      commitReceiver();
      commitModem();
      this.#interruptEnable = interruptEnable;
      this.#lineControl = lineControl;
      this.#scratch = scratch;
      this.#divisor = divisor;
      this.#isEmptyNews = isEmptyNews === 1;
      this.#transmitted = high * WORD + low;
      this.#drive();
    };
  }

  #read(offset: number): number {
    switch (offset) {
      case DATA:
        return this.#hasDivisor ? this.#divisor & 0xff : this.#receiver.take();
      case INTERRUPT_ENABLE:
        return this.#hasDivisor ? this.#divisor >>> 8 : this.#interruptEnable;
      case IDENTIFICATION:
        return this.#identify();
      case LINE_CONTROL:
        return this.#lineControl;
      case MODEM_CONTROL:
        return this.#modem.control;
      case LINE_STATUS:
        return this.#readLineStatus();
      case MODEM_STATUS:
        return this.#modem.takeStatus();
      case SCRATCH:
        return this.#scratch;
      default:
        return 0;
    }
  }

  #write(offset: number, value: number): void {
    switch (offset) {
      case DATA:
        if (this.#hasDivisor) this.#divisor = (this.#divisor & 0xff00) | value;
        else this.#transmit(value);
        break;
      case INTERRUPT_ENABLE:
        if (this.#hasDivisor) this.#divisor = (this.#divisor & 0xff) | (value << 8);
        else this.#enableInterrupts(value & ENABLE_KNOWN);
        break;
      case IDENTIFICATION:
        this.#receiver.control(value);
        break;
      case LINE_CONTROL:
        this.#lineControl = value;
        break;
      case MODEM_CONTROL:
        this.#modem.control = value;
        break;
      case SCRATCH:
        this.#scratch = value;
        break;
      default:
      // the status registers are read only
    }
  }

  get #hasDivisor(): boolean {
    return (this.#lineControl & LINE_DIVISOR) !== 0;
  }

  #transmit(byte: number): void {
    // Full for no time at all, and empty once more.
    this.#isEmptyNews = true;
    if (this.#modem.isLooped) {
      this.#receiver.put(byte);
      return;
    }
    const position = this.#transmitted;
    this.#transmitted += 1;
    assert(Number.isSafeInteger(this.#transmitted), "bytes sent can be counted");
    this.#options.onByte(byte, position);
  }

  #enableInterrupts(value: number): void {
    // The transmitter is empty, which is told again to whoever begins to listen.
    if ((value & ~this.#interruptEnable & ENABLE_EMPTY) !== 0) this.#isEmptyNews = true;
    this.#interruptEnable = value;
  }

  #readLineStatus(): number {
    let status = STATUS_EMPTY;
    if (this.#receiver.length > 0) status |= STATUS_RECEIVED;
    if (this.#receiver.isOverrun) status |= STATUS_OVERRUN;
    this.#receiver.forgetOverrun();
    return status;
  }

  /** Which interrupt it is; of the transmitter's, reading this is also the answer. */
  #identify(): number {
    const interrupt = this.#interrupt();
    if (interrupt === IDENTIFY_EMPTY) this.#isEmptyNews = false;
    return interrupt | (this.#receiver.hasFifo ? IDENTIFY_FIFOS : 0);
  }

  /** The interrupt of the highest priority. */
  #interrupt(): number {
    const enabled = this.#interruptEnable;
    const receiver = this.#receiver;
    if ((enabled & ENABLE_LINE_STATUS) !== 0 && receiver.isOverrun) return IDENTIFY_LINE_STATUS;
    if ((enabled & ENABLE_RECEIVED) !== 0 && receiver.length > 0) {
      return receiver.isTriggered ? IDENTIFY_RECEIVED : IDENTIFY_TIMEOUT;
    }
    if ((enabled & ENABLE_EMPTY) !== 0 && this.#isEmptyNews) return IDENTIFY_EMPTY;
    if ((enabled & ENABLE_MODEM_STATUS) !== 0 && this.#modem.hasChanged) {
      return IDENTIFY_MODEM_STATUS;
    }
    return IDENTIFY_NONE;
  }

  #drive(): void {
    this.#options.line.set(this.#interrupt() !== IDENTIFY_NONE);
  }
}
