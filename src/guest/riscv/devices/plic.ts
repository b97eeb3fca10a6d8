import { assert } from "../../../sim/assert.ts";
import type { ByteReader } from "../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../sim/byte-writer.ts";
import { StandinRangeError } from "../../../sim/errors.ts";
import type { DeviceState } from "./device-state.ts";
import type { InterruptLine } from "./interrupt-line.ts";
import type { AccessBytes, MmioDevice } from "./mmio-device.ts";

/** Physical address of the first register. */
export const PLIC_BASE = 0x0c00_0000;

/** Bytes of the window. */
export const PLIC_BYTES = 0x60_0000;

/** Interrupt sources are numbered from 1 to this; 0 means none. */
export const PLIC_SOURCE_MAX = 31;

const PENDING = 0x1000;
const ENABLE = 0x2000;
const ENABLE_BYTES = 0x80;
const CONTEXT = 0x20_0000;
const CONTEXT_BYTES = 0x1000;
const CLAIM = 4;

/** Bits of a priority or a threshold that exist, as in SiFive's parts. */
const PRIORITY_MASK = 7;

/** Bit of every source; there is no source 0. */
const SOURCES_MASK = 0xffff_fffe;

/** What one hart has chosen to hear. */
interface Context {
  readonly output: InterruptLine;
  /** One bit for each source, as an unsigned word. */
  enabled: number;
  threshold: number;
}

/**
 * The platform-level interrupt controller: up to 31 level-triggered sources, which it hands to the
 * harts by priority. Context `h` is machine mode of hart `h`. RISC-V PLIC specification 1.0.0, layout
 * of SiFive's parts; registers are words, and narrower accesses find nothing.
 *
 * A request that was taken in stays pending when its line falls: the handler finds out that there is
 * nothing to do. Between claim and completion the line of a source is not looked at.
 */
export class Plic implements MmioDevice, DeviceState {
  readonly name: string = "plic";
  readonly base: number = PLIC_BASE;
  readonly sizeBytes: number = PLIC_BYTES;
  readonly #contexts: readonly Context[];
  readonly #priorities = new Uint8Array(PLIC_SOURCE_MAX + 1);
  // One bit for each source, as unsigned words.
  #levels = 0;
  #pending = 0;
  #claimed = 0;

  /** @param outputs For each hart the wire to its external interrupt. */
  constructor(outputs: readonly InterruptLine[]) {
    assert(outputs.length > 0, "interrupts go to some hart");
    this.#contexts = outputs.map((output) => ({ output, enabled: 0, threshold: 0 }));
  }

  /** The input of a source, 1 to {@link PLIC_SOURCE_MAX}. */
  line(source: number): InterruptLine {
    assert(Number.isInteger(source), "a source has a number");
    assert(source >= 1 && source <= PLIC_SOURCE_MAX, "a source is from 1 to 31");
    const bit = (1 << source) >>> 0;
    return { set: (raised) => this.#setLevel(bit, raised) };
  }

  load(offset: number, sizeBytes: AccessBytes): number {
    if (sizeBytes !== 4) return 0;
    if (offset <= 4 * PLIC_SOURCE_MAX) return this.#priorities[offset >>> 2]!;
    if (offset === PENDING) return this.#pending;
    const context = this.#contextAt(offset);
    if (context === undefined) return 0;
    if (offset < CONTEXT) return context.enabled;
    if (offset % CONTEXT_BYTES === 0) return context.threshold;
    return offset % CONTEXT_BYTES === CLAIM ? this.#claim(context) : 0;
  }

  store(offset: number, sizeBytes: AccessBytes, value: number): void {
    if (sizeBytes !== 4) return;
    if (offset >= 4 && offset <= 4 * PLIC_SOURCE_MAX) {
      this.#priorities[offset >>> 2] = value & PRIORITY_MASK;
    } else {
      const context = this.#contextAt(offset);
      if (context === undefined) return;
      if (offset < CONTEXT) context.enabled = (value & SOURCES_MASK) >>> 0;
      else if (offset % CONTEXT_BYTES === 0) context.threshold = value & PRIORITY_MASK;
      else if (offset % CONTEXT_BYTES === CLAIM) this.#complete(context, value);
    }
    this.#drive();
  }

  save(writer: ByteWriter): void {
    writer.u32(this.#levels).u32(this.#pending).u32(this.#claimed);
    writer.bytes(this.#priorities);
    for (const { enabled, threshold } of this.#contexts) writer.u32(enabled).u8(threshold);
  }

  /** Taking over sets the outputs. */
  parse(reader: ByteReader): () => void {
    const [levels, pending, claimed] = [reader.u32(), reader.u32(), reader.u32()];
    const priorities = reader.bytes(this.#priorities.length);
    const contexts = this.#contexts.map(() => ({ enabled: reader.u32(), threshold: reader.u8() }));
    const words = [levels, pending, claimed, ...contexts.map(({ enabled }) => enabled)];
    const smalls = [...priorities, ...contexts.map(({ threshold }) => threshold)];
    const isKnown =
      !reader.failed &&
      words.every((word) => (word & 1) === 0) &&
      smalls.every((value) => value <= PRIORITY_MASK) &&
      priorities[0] === 0 &&
      // a source that is being served is looked at again only when that is over
      (pending & claimed) === 0;
    if (!isKnown) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        "expected the state of an interrupt controller, got bits of sources that cannot be so",
      );
    }
    const ownPriorities = priorities.slice();
    return () => {
      this.#levels = levels;
      this.#pending = pending;
      this.#claimed = claimed;
      this.#priorities.set(ownPriorities);
      for (const [index, context] of this.#contexts.entries()) {
        Object.assign(context, contexts[index]);
      }
      this.#drive();
    };
  }

  #setLevel(bit: number, raised: boolean): void {
    const levels = (raised ? this.#levels | bit : this.#levels & ~bit) >>> 0;
    if (levels === this.#levels) return;
    this.#levels = levels;
    this.#takeIn();
    this.#drive();
  }

  /** The gateways: a raised line becomes a request unless its source is being served. */
  #takeIn(): void {
    this.#pending = (this.#pending | (this.#levels & ~this.#claimed)) >>> 0;
    assert((this.#pending & 1) === 0, "there is no source 0");
  }

  /** Which context a register above the priorities belongs to. */
  #contextAt(offset: number): Context | undefined {
    if (offset >= CONTEXT) return this.#contexts[Math.floor((offset - CONTEXT) / CONTEXT_BYTES)];
    if (offset < ENABLE || (offset - ENABLE) % ENABLE_BYTES !== 0) return undefined;
    return this.#contexts[(offset - ENABLE) / ENABLE_BYTES];
  }

  /** The pending source that a context hears first: of the highest priority, then of the lowest number. */
  #best({ enabled }: Context): number {
    let best = 0;
    for (let source = 1, bits = (this.#pending & enabled) >>> 1; bits !== 0; bits >>>= 1) {
      // Priority 0, that of no source, is never above: such a source is never heard.
      if ((bits & 1) !== 0 && this.#priorities[source]! > this.#priorities[best]!) best = source;
      source += 1;
    }
    return best;
  }

  /** The threshold plays no part in a claim. */
  #claim(context: Context): number {
    const source = this.#best(context);
    if (source === 0) return 0;
    const bit = (1 << source) >>> 0;
    this.#pending = (this.#pending & ~bit) >>> 0;
    this.#claimed = (this.#claimed | bit) >>> 0;
    this.#drive();
    return source;
  }

  /** A completion of a source that the context has not enabled is ignored. */
  #complete({ enabled }: Context, source: number): void {
    if (source < 1 || source > PLIC_SOURCE_MAX) return;
    const bit = (1 << source) >>> 0;
    if ((enabled & bit) === 0) return;
    this.#claimed = (this.#claimed & ~bit) >>> 0;
    this.#takeIn();
  }

  #drive(): void {
    for (const context of this.#contexts) {
      context.output.set(this.#priorities[this.#best(context)]! > context.threshold);
    }
  }
}
