import { OpcodePrefix } from "./opcodes.ts";

/** What a range of instructions takes from the stack, and puts there: first, last, taken, put. */
type ArityRanges = readonly (readonly [first: number, last: number, taken: number, put: number])[];

/** Instructions of one byte whose arity does not depend on a type. Control and calls are none. */
const PLAIN: ArityRanges = [
  [0x01, 0x01, 0, 0],
  [0x1a, 0x1a, 1, 0],
  [0x1b, 0x1c, 3, 1],
  [0x20, 0x20, 0, 1],
  [0x21, 0x21, 1, 0],
  [0x22, 0x22, 1, 1],
  [0x23, 0x23, 0, 1],
  [0x24, 0x24, 1, 0],
  [0x25, 0x25, 1, 1],
  [0x26, 0x26, 2, 0],
  [0x28, 0x35, 1, 1],
  [0x36, 0x3e, 2, 0],
  [0x3f, 0x3f, 0, 1],
  [0x40, 0x40, 1, 1],
  [0x41, 0x44, 0, 1],
  [0x45, 0xc4, 1, 1],
  // comparisons and arithmetic of two numbers
  [0x46, 0x4f, 2, 1],
  [0x51, 0x66, 2, 1],
  [0x6a, 0x78, 2, 1],
  [0x7c, 0x8a, 2, 1],
  [0x92, 0x98, 2, 1],
  [0xa0, 0xa6, 2, 1],
  [0xd0, 0xd0, 0, 1],
  [0xd1, 0xd1, 1, 1],
  [0xd2, 0xd2, 0, 1],
];

const NUMERIC: ArityRanges = [
  [0, 7, 1, 1],
  [8, 8, 3, 0],
  [9, 9, 0, 0],
  [10, 12, 3, 0],
  [13, 13, 0, 0],
  [14, 14, 3, 0],
  [15, 15, 2, 1],
  [16, 16, 0, 1],
  [17, 17, 3, 0],
];

const VECTOR: ArityRanges = [
  [0, 10, 1, 1],
  [11, 11, 2, 0],
  [12, 12, 0, 1],
  [13, 14, 2, 1],
  [15, 20, 1, 1],
  [21, 34, 1, 1],
  // lanes replaced
  [23, 23, 2, 1],
  [26, 26, 2, 1],
  [28, 28, 2, 1],
  [30, 30, 2, 1],
  [32, 32, 2, 1],
  [34, 34, 2, 1],
  [35, 76, 2, 1],
  [77, 77, 1, 1],
  [78, 81, 2, 1],
  [82, 82, 3, 1],
  [83, 83, 1, 1],
  [84, 87, 2, 1],
  [88, 91, 2, 0],
  [92, 100, 1, 1],
  [101, 102, 2, 1],
  [103, 106, 1, 1],
  [107, 115, 2, 1],
  [116, 117, 1, 1],
  [118, 121, 2, 1],
  [122, 122, 1, 1],
  [123, 123, 2, 1],
  [124, 129, 1, 1],
  [130, 130, 2, 1],
  [131, 132, 1, 1],
  [133, 134, 2, 1],
  [135, 138, 1, 1],
  [139, 147, 2, 1],
  [148, 148, 1, 1],
  [149, 159, 2, 1],
  [160, 164, 1, 1],
  [167, 170, 1, 1],
  [171, 191, 2, 1],
  [192, 196, 1, 1],
  [199, 202, 1, 1],
  [203, 223, 2, 1],
  [224, 227, 1, 1],
  [228, 235, 2, 1],
  [236, 239, 1, 1],
  [240, 247, 2, 1],
  [248, 255, 1, 1],
];

const NONE = 0xff;

const PLAIN_ARITIES: Uint8Array = /* @__PURE__ */ aritiesOf(PLAIN);
const NUMERIC_ARITIES: Uint8Array = /* @__PURE__ */ aritiesOf(NUMERIC);
const VECTOR_ARITIES: Uint8Array = /* @__PURE__ */ aritiesOf(VECTOR);

/**
 * How many values an instruction takes from the stack and puts there, as `taken * 2 + put`, where `put` is
 * 0 or 1; `undefined` if that depends on a type, or for no instruction at all.
 */
export function arityOf(prefix: number, opcode: number): number | undefined {
  const arities =
    prefix === 0
      ? PLAIN_ARITIES
      : prefix === OpcodePrefix.numeric
        ? NUMERIC_ARITIES
        : VECTOR_ARITIES;
  const arity = arities[opcode];
  return arity === NONE ? undefined : arity;
}

function aritiesOf(ranges: ArityRanges): Uint8Array {
  const arities = new Uint8Array(256).fill(NONE);
  for (const [first, last, taken, put] of ranges) arities.fill(taken * 2 + put, first, last + 1);
  return arities;
}
