import { assert } from "../../../sim/assert.ts";
import type { ByteReader } from "../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../sim/byte-writer.ts";
import { StandinRangeError } from "../../../sim/errors.ts";
import type { DeviceState } from "./device-state.ts";
import type { InterruptLine } from "./interrupt-line.ts";
import type { AccessBytes, MmioDevice } from "./mmio-device.ts";
import type { TimedDevice } from "./timed-device.ts";

/** Physical address of the first register. */
export const CLINT_BASE = 0x0200_0000;

/** Bytes of the window. */
export const CLINT_BYTES = 0x1_0000;

const SOFTWARE = 0;
const COMPARE = 0x4000;
const TIME = 0xbff8;
const COMPARE_BYTES = 8;

const WORD = 0x1_0000_0000;
/** Differences whose high word is not below it are not exact in a number; they are never reached. */
const HIGH_MAX = 0x1f_ffff;
const ALL_ONES = 0xffff_ffff;

/** Options of {@link Clint}. */
export interface ClintOptions {
  /** For each hart the wires to its software and its timer interrupt; one or more. */
  readonly harts: readonly { readonly software: InterruptLine; readonly timer: InterruptLine }[];
  /** The machine's time in ticks; within an access that of the instruction that makes it. */
  readonly now: () => number;
  /** Ticks in which `mtime` rises by one; at least 1. */
  readonly ticksPerTimebase: number;
  /** Defects for tests to notice. */
  readonly broken?: {
    /**
     * The comparators are not in the saved state: a machine that goes on from it has no timer set, so
     * that an operating system which waits for one sleeps for ever.
     */
    readonly timerNotSaved?: boolean;
  };
}

/**
 * The core-local interruptor: one clock for all harts, and for each hart a comparator that raises the
 * timer interrupt while `mtime >= mtimecmp`, and a bit that raises the software interrupt. Layout of
 * the SiFive CLINT (FU540-C000 manual, chapter 9); meaning of the registers from the privileged
 * specification, 3.2.1.
 *
 * The clock is derived from the machine's ticks, so that it costs nothing to keep. Registers are words:
 * narrower loads see a part of one, narrower stores are ignored. Both halves of a comparator count
 * as soon as they are written, as in hardware, so software that writes all ones into the low half
 * first, as the specification says, gets no interrupt too early.
 */
export class Clint implements MmioDevice, DeviceState, TimedDevice {
  readonly name: string = "clint";
  readonly base: number = CLINT_BASE;
  readonly sizeBytes: number = CLINT_BYTES;
  readonly #options: ClintOptions;
  /** Low and high word of what `mtime` is ahead of the ticks. */
  readonly #offset = new Uint32Array(2);
  /** For each hart low and high word of `mtimecmp`. */
  readonly #compare: Uint32Array;
  /** For each hart its software interrupt, 0 or 1. */
  readonly #software: Uint8Array;
  /** The present `mtime`, worked out anew whenever it is needed. */
  readonly #time = new Uint32Array(2);
  #nextTick = Number.POSITIVE_INFINITY;

  constructor(options: ClintOptions) {
    const { harts, ticksPerTimebase } = options;
    assert(harts.length > 0, "a clock has harts to interrupt");
    assert(Number.isSafeInteger(ticksPerTimebase), "ticks of a time step are a whole number");
    assert(ticksPerTimebase >= 1, "time does not outrun the ticks");
    this.#options = options;
    // never, rather than at once: no register is specified after reset, and this one is quiet
    this.#compare = new Uint32Array(2 * harts.length).fill(ALL_ONES);
    this.#software = new Uint8Array(harts.length);
  }

  /** When a timer interrupt rises or falls next, if nobody writes to a register before. */
  get nextTick(): number {
    return this.#nextTick;
  }

  /** `mtime` as the `time` register of a hart reads it: its low 53 bits. */
  time(): number {
    this.#readTime(this.#options.now());
    return (this.#time[1]! & HIGH_MAX) * WORD + this.#time[0]!;
  }

  load(offset: number, sizeBytes: AccessBytes): number {
    const word = this.#loadWord(offset - (offset & 3));
    if (sizeBytes === 4) return word;
    const part = word >>> (8 * (offset & 3));
    return sizeBytes === 2 ? part & 0xffff : part & 0xff;
  }

  store(offset: number, sizeBytes: AccessBytes, value: number): void {
    if (sizeBytes !== 4) return;
    const { harts, now } = this.#options;
    if (offset < SOFTWARE + 4 * harts.length) {
      this.#software[offset >>> 2] = value & 1;
      harts[offset >>> 2]!.software.set((value & 1) !== 0);
    } else if (offset >= COMPARE && offset < COMPARE + COMPARE_BYTES * harts.length) {
      this.#compare[(offset - COMPARE) >>> 2] = value;
    } else if (offset === TIME || offset === TIME + 4) {
      this.#storeTime((offset - TIME) >>> 2, value);
    }
    this.advance(now());
  }

  advance(now: number): void {
    this.#readTime(now);
    const [low, high] = [this.#time[0]!, this.#time[1]!];
    let stepsLeft = Number.POSITIVE_INFINITY;
    for (const [hart, { timer }] of this.#options.harts.entries()) {
      const compareLow = this.#compare[2 * hart]!;
      const compareHigh = this.#compare[2 * hart + 1]!;
      const isDue = high > compareHigh || (high === compareHigh && low >= compareLow);
      timer.set(isDue);
      // What is due stays so until the clock wraps round to 0.
      const steps = isDue
        ? difference(0, WORD, low, high)
        : difference(compareLow, compareHigh, low, high);
      stepsLeft = Math.min(stepsLeft, steps);
    }
    const { ticksPerTimebase } = this.#options;
    const next = (Math.floor(now / ticksPerTimebase) + stepsLeft) * ticksPerTimebase;
    this.#nextTick = next <= Number.MAX_SAFE_INTEGER ? next : Number.POSITIVE_INFINITY;
    assert(this.#nextTick > now, "the next change of a timer lies ahead");
  }

  save(writer: ByteWriter): void {
    const isForgotten = this.#options.broken?.timerNotSaved === true;
    for (const word of this.#offset) writer.u32(word);
    // Broken on purpose with `timerNotSaved`: what the timers were set to gets lost.
    for (const word of this.#compare) writer.u32(isForgotten ? ALL_ONES : word);
    for (const bit of this.#software) writer.u8(bit);
  }

  /** Taking over sets the interrupt lines by the time that it is then. */
  parse(reader: ByteReader): () => void {
    const offset = Array.from(this.#offset, () => reader.u32());
    const compare = Array.from(this.#compare, () => reader.u32());
    const software = Array.from(this.#software, () => reader.u8());
    const odd = software.find((bit) => bit > 1);
    if (reader.failed || odd !== undefined) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected the state of a clock with software interrupts of 0 or 1, got ${odd ?? "too few bytes"}`,
      );
    }
    return () => {
      this.#offset.set(offset);
      this.#compare.set(compare);
      this.#software.set(software);
      for (const [hart, lines] of this.#options.harts.entries()) {
        lines.software.set(software[hart] === 1);
      }
      this.advance(this.#options.now());
    };
  }

  #loadWord(offset: number): number {
    const { harts, now } = this.#options;
    if (offset < SOFTWARE + 4 * harts.length) return this.#software[offset >>> 2]!;
    if (offset >= COMPARE && offset < COMPARE + COMPARE_BYTES * harts.length) {
      return this.#compare[(offset - COMPARE) >>> 2]!;
    }
    if (offset !== TIME && offset !== TIME + 4) return 0;
    this.#readTime(now());
    return this.#time[(offset - TIME) >>> 2]!;
  }

  /** Works out `mtime` from the ticks: a sum of 64 bits in two words. */
  #readTime(now: number): void {
    const steps = Math.floor(now / this.#options.ticksPerTimebase);
    const low = (steps % WORD) + this.#offset[0]!;
    // Typed arrays keep the low 32 bits, which drops the carries.
    this.#time[0] = low;
    this.#time[1] = Math.floor(steps / WORD) + this.#offset[1]! + (low >= WORD ? 1 : 0);
  }

  /** Moves the clock, so that one word of it is `value` now and the other stays as it is. */
  #storeTime(half: number, value: number): void {
    const now = this.#options.now();
    this.#readTime(now);
    this.#time[half] = value;
    const steps = Math.floor(now / this.#options.ticksPerTimebase);
    const low = this.#time[0]! - (steps % WORD);
    this.#offset[0] = low;
    this.#offset[1] = this.#time[1]! - Math.floor(steps / WORD) - (low < 0 ? 1 : 0);
  }
}

/** How far a time lies ahead of an earlier one, each as two words; infinity beyond what ticks reach. */
function difference(low: number, high: number, fromLow: number, fromHigh: number): number {
  const borrow = low < fromLow ? 1 : 0;
  const highDifference = high - fromHigh - borrow;
  if (highDifference > HIGH_MAX) return Number.POSITIVE_INFINITY;
  return highDifference * WORD + (low - fromLow + borrow * WORD);
}
