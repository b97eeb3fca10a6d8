import { DIRECT_LOAD, type DirectTlb } from "../../memory/direct-tlb.ts";
import { PAGE_SHIFT } from "../../memory/page.ts";
import type { Tlb } from "../../memory/tlb.ts";
import { assert } from "../../sim/assert.ts";
import { decode, type Instruction } from "./decoder.ts";
import { SINK } from "./hart.ts";
import { OPERATION } from "./operation.ts";
import { WATCHED_CODE } from "./watch-reason.ts";

/** What stands in the table for an instruction that is not decoded. */
export const UNDECODED = 0;

/** What stands for a place behind the last instruction: no operation has this number. */
const END = 0xff;

/** Numbers of the table for one page. */
const PAGE_NUMBERS = 2048;

/**
 * The instructions of a region, decoded when they are first executed, in the form in which
 * `interpret` uses them: two numbers for each word of memory, of which the first is the operation
 * (8 bits) and three registers (6 bits each: rd, rs1, rs2), the second the immediate. A destination
 * x0 is the {@link SINK}; the distance of a branch counts numbers of the table.
 *
 * The table is as long as the region has words, so that an address is an index; the operating system
 * finds room for what is used. Pages with decoded instructions are watched, and whoever writes to
 * one calls {@link DecodedCode.forget}: nothing ever executed depends on what is decoded.
 */
export class DecodedCode {
  /** Two numbers for each word of the region, and two that end it. Written by this class only. */
  readonly table: Int32Array;
  readonly #tlb: Tlb;
  readonly #direct: DirectTlb;
  readonly #words: Int32Array;
  readonly #base: number;
  /** For each page the instructions decoded. */
  readonly #counts: Uint16Array;

  /** @param words All words of the region of `direct`. */
  constructor(tlb: Tlb, direct: DirectTlb, words: Int32Array) {
    this.#tlb = tlb;
    this.#direct = direct;
    this.#words = words;
    this.#base = direct.region.basePage << PAGE_SHIFT;
    this.table = new Int32Array(2 * words.length + 2);
    this.table[2 * words.length] = END;
    this.#counts = new Uint16Array(direct.region.pageCount);
  }

  /** Decodes the instruction at an index of the table, which is not decoded. */
  decodeAt(at: number): void {
    assert(this.table[at] === UNDECODED, "an instruction is decoded once");
    const index = at >>> 11;
    const page = this.#direct.region.basePage + index;
    if ((this.#direct.flags[page]! & DIRECT_LOAD) === 0) this.#direct.walkToLoad(page);
    if (this.#counts[index] === 0) this.#tlb.watch(this.#direct, page, WATCHED_CODE);
    this.#counts[index]! += 1;
    const instruction = decode(this.#words[at >>> 1]!);
    const { operation, immediate } = instruction;
    this.table[at] = this.#isWithin(at, instruction) ? packed(instruction) : END;
    this.table[at + 1] = isRelative(operation) ? immediate >> 1 : immediate;
  }

  /** Forgets what was decoded from a range of addresses within one page of the region. */
  forget(address: number, lengthBytes: number): void {
    const offset = (address | 0) - this.#base;
    const index = offset >>> PAGE_SHIFT;
    let count = this.#counts[index]!;
    if (count === 0) return;
    const last = (offset + lengthBytes - 1) >>> 2;
    assert(last >>> (PAGE_SHIFT - 2) === index, "a range lies within one page");
    for (let word = offset >>> 2; word <= last; word += 1) {
      if (this.table[2 * word] === UNDECODED) continue;
      this.table[2 * word] = UNDECODED;
      count -= 1;
    }
    this.#setCount(index, count);
  }

  /** Forgets everything. */
  forgetAll(): void {
    for (let index = 0; index < this.#counts.length; index += 1) {
      if (this.#counts[index] === 0) continue;
      this.table.fill(UNDECODED, index * PAGE_NUMBERS, (index + 1) * PAGE_NUMBERS);
      this.#setCount(index, 0);
    }
  }

  #setCount(index: number, count: number): void {
    this.#counts[index] = count;
    if (count === 0) this.#direct.unwatch(this.#direct.region.basePage + index, WATCHED_CODE);
  }

  /** Whether an instruction does not jump out of the table or between two of its words. */
  #isWithin(at: number, { operation, immediate }: Instruction): boolean {
    if (!isRelative(operation)) return true;
    const target = at * 2 + immediate;
    return (target & 3) === 0 && target >= 0 && target < this.#words.length * 4;
  }
}

function isRelative(operation: number): boolean {
  return operation === OPERATION.jal || (operation >= OPERATION.beq && operation <= OPERATION.bgeu);
}

function packed({ operation, rd, rs1, rs2 }: Instruction): number {
  return operation | ((rd === 0 ? SINK : rd) << 8) | (rs1 << 14) | (rs2 << 20);
}
