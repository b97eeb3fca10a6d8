import type { RandomStream } from "../../../src/sim/random.ts";
import { assemble, I32, I64, op, signed, unsigned } from "./assembler.ts";

/** Local variables: two parameters, three more of 32 bits, one that bounds loops, one of 64 bits. */
const ADDRESSES = [0, 1, 2, 3, 4];
const FUEL = 5;
const WIDE = 6;

/** Types of blocks: none, and from the module's list: a number, two numbers for one, the function's. */
const EMPTY = 0x40;
const GIVES = 1;
const CHANGES = 2;

const DEPTH_MAX = 5;

/** Each store with the width of its value and what pushes one. */
const STORES = [
  { opcode: [0x36], value: "i32" },
  { opcode: [0x37], value: "i64" },
  { opcode: [0x38], value: "f32" },
  { opcode: [0x39], value: "f64" },
  { opcode: [0x3a], value: "i32" },
  { opcode: [0x3b], value: "i32" },
  { opcode: [0x3c], value: "i64" },
  { opcode: [0x3d], value: "i64" },
  { opcode: [0x3e], value: "i64" },
  { opcode: [0xfd, 11], value: "v128" },
] as const;

/**
 * A module with a function "run" of two addresses that stores in every way and goes every way: through
 * blocks, loops, branches and calls, with addresses that are kept, changed and computed.
 */
export function randomStores(random: RandomStream): Uint8Array {
  const body = new BodyWriter(random);
  return assemble({
    types: [
      { takes: [I32, I32], gives: [] },
      { takes: [], gives: [I32] },
      { takes: [I32, I32], gives: [I32] },
    ],
    functions: [
      { type: 0, code: [body.statements(12, 0)], locals: [I32, I32, I32, I32, I64] },
      {
        type: 2,
        code: [
          op.localGet(0),
          op.localGet(1),
          op.i32Add,
          op.i32Const(0xffff),
          0x71,
          op.i32Const(0x6000),
          0x6a,
        ],
      },
      { type: 0, code: [body.statements(4, DEPTH_MAX - 1)], locals: [I32, I32, I32, I32, I64] },
    ],
    memories: [[1, 2, 3]],
    exports: [
      { name: "run", kind: 0, index: 0 },
      { name: "memory", kind: 2, index: 0 },
    ],
  });
}

class BodyWriter {
  readonly #random: RandomStream;
  /** Values that the blocks around take to their labels, innermost last. */
  readonly #labels: { readonly gives: boolean }[] = [];
  #stored = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  statements(count: number, depth: number): number[] {
    const length = 1 + this.#random.below(count);
    return Array.from({ length }, () => this.#statement(depth)).flat();
  }

  #statement(depth: number): number[] {
    const choice = this.#random.below(depth < DEPTH_MAX ? 20 : 13);
    if (choice < 7) return this.#store();
    if (choice < 10) return [...this.#address(2), 0x21, this.#local()];
    if (choice === 10) return this.#branch();
    if (choice === 11) return this.#range();
    if (choice === 12) return depth === 0 ? this.#callOther() : this.#store();
    if (choice < 15) return this.#block(depth);
    if (choice < 17) return this.#loop(depth);
    if (choice < 19) return this.#if(depth);
    return this.#valueBlock(depth);
  }

  #local(): number {
    return this.#pick(ADDRESSES);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)]!;
  }

  /** Near to where others are, at times across the end of a page. */
  #distance(): number {
    return this.#pick([0, 0, 4, 8, 12, 1, 3, 60, 4_088, 4_095, 1_020, 2_000, 5_000]);
  }

  /** Pushes an address. */
  #address(depth: number): number[] {
    const choice = this.#random.below(depth > 0 ? 10 : 4);
    if (choice < 4) return [0x20, this.#local()];
    const distance = op.i32Const(this.#distance());
    if (choice === 4) return [...this.#address(depth - 1), ...distance, 0x6a];
    if (choice === 5) return [...distance, ...this.#address(depth - 1), 0x6a];
    if (choice === 6) return [...this.#address(depth - 1), ...distance, 0x6b];
    if (choice === 7) return [...this.#address(depth - 1), 0x22, this.#local()];
    if (choice === 8) {
      const isWild = this.#random.below(30) === 0;
      return op.i32Const(isWild ? this.#pick([-4, 131_070]) : this.#pick([40_000, 40_956, 90_000]));
    }
    return [...this.#address(depth - 1), ...this.#address(depth - 1), 0x10, 1];
  }

  #store(): number[] {
    const { opcode, value } = this.#pick(STORES);
    this.#stored += 1;
    const number = 1 + (this.#stored % 60);
    const pushed = {
      i32: this.#random.below(3) === 0 ? [0x20, FUEL] : op.i32Const(number),
      i64: this.#random.below(3) === 0 ? [0x20, WIDE] : op.i64Const(number),
      f32: op.f32Const(number),
      f64: op.f64Const(number),
      v128: [...op.i32Const(number), 0xfd, 17],
    }[value];
    const change = this.#random.below(6) === 0 ? [...this.#address(1), 0x21, this.#local()] : [];
    const offset = this.#random.below(2) === 0 ? 0 : this.#distance();
    return [...this.#address(2), ...pushed, ...change, ...opcode, 0, ...unsigned(offset)];
  }

  #range(): number[] {
    const length = op.i32Const(this.#pick([0, 1, 7, 40, 700, 4_096, 9_000]));
    const [first, second] = [this.#address(1), this.#address(1)];
    if (this.#random.below(2) === 0) return [...first, ...second, ...length, 0xfc, 10, 0, 0];
    return [...first, ...op.i32Const(1 + this.#random.below(99)), ...length, 0xfc, 11, 0];
  }

  #callOther(): number[] {
    return [...this.#address(1), ...this.#address(1), 0x10, 2];
  }

  /** A condition that differs from call to call. */
  #condition(): number[] {
    const bit = op.i32Const(1 << this.#random.below(8));
    return [0x20, this.#pick([...ADDRESSES, FUEL]), ...bit, 0x71];
  }

  #branch(): number[] {
    const free = this.#labels.flatMap(({ gives }, at) =>
      gives ? [] : [this.#labels.length - 1 - at],
    );
    // beyond the labels lies the function itself
    const label = this.#pick([...free, this.#labels.length]);
    const choice = this.#random.below(8);
    if (choice === 0) return [...this.#ifTrue([0x0c, ...unsigned(label)])];
    if (choice === 1) return [...this.#ifTrue([0x0f])];
    if (choice === 2) {
      return this.#ifTrue([
        ...this.#condition(),
        0x0e,
        1,
        ...unsigned(label + 1),
        ...unsigned(label + 1),
      ]);
    }
    return [...this.#condition(), 0x0d, ...unsigned(label)];
  }

  /** Within an `if`, whose label comes first. */
  #ifTrue(code: readonly number[]): number[] {
    const shifted = code[0] === 0x0c ? [0x0c, ...unsigned(code[1]! + 1)] : code;
    return [...this.#condition(), 0x04, EMPTY, ...shifted, 0x0b];
  }

  #within(gives: boolean, write: () => number[]): number[] {
    this.#labels.push({ gives });
    const code = write();
    this.#labels.pop();
    return code;
  }

  #block(depth: number): number[] {
    return [0x02, EMPTY, ...this.#within(false, () => this.statements(6, depth + 1)), 0x0b];
  }

  /** A loop that goes on while there is fuel, which the function begins with none of. */
  #loop(depth: number): number[] {
    const refill = [...op.i32Const(this.#random.below(4)), 0x21, FUEL];
    const burn = [0x20, FUEL, ...op.i32Const(1), 0x6b, 0x22, FUEL];
    const back = [...op.i32Const(0), 0x4a, 0x0d, 0];
    const body = this.#within(false, () =>
      this.#within(false, () => this.statements(6, depth + 1)),
    );
    // a branch to the loop's own label may go round without burning fuel: leave after a while
    const guard = [
      0x20,
      WIDE,
      ...op.i64Const(1),
      0x7c,
      0x22,
      WIDE,
      0x42,
      ...signed(200),
      0x55,
      0x0d,
      1,
    ];
    return [0x02, EMPTY, ...refill, 0x03, EMPTY, ...guard, ...body, ...burn, ...back, 0x0b, 0x0b];
  }

  #if(depth: number): number[] {
    const first = this.#within(false, () => this.statements(5, depth + 1));
    const second = this.#within(false, () => this.statements(5, depth + 1));
    const other = this.#random.below(2) === 0 ? [0x05, ...second] : [];
    return [...this.#condition(), 0x04, EMPTY, ...first, ...other, 0x0b];
  }

  /** A block that gives an address, or changes two into one. */
  #valueBlock(depth: number): number[] {
    const changes = this.#random.below(2) === 0;
    const body = this.#within(true, () => this.statements(4, depth + 1));
    const into = [0x21, this.#local()];
    if (!changes) return [0x02, GIVES, ...body, ...this.#address(2), 0x0b, ...into];
    const operands = [...this.#address(1), ...this.#address(1)];
    return [...operands, this.#pick([0x02, 0x03]), CHANGES, ...body, 0x6a, 0x0b, ...into];
  }
}
