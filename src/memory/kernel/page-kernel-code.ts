import { PAGE_SIZE } from "../page.ts";
import { HASH_A as A, HASH_B as B, SCRAMBLE_1, SCRAMBLE_2 } from "../page-hash.ts";
import * as wasm from "./wasm-code.ts";
import {
  add,
  and,
  get,
  load,
  multiply,
  or,
  set,
  shuffle,
  TYPE,
  type WasmCode,
  xor,
} from "./wasm-code.ts";

/** Pages that are hashed side by side. */
export const PAGES_AT_ONCE = 8;

const VECTOR_BYTES = 16;
/** Vectors that are looked at between two decisions whether there are zeros only. */
const ZEROS_AT_ONCE = 16;
/** Pages of one vector, one in each lane. */
const LANES = 4;
const GROUPS = [0, 1] as const;

// Parameters and locals of the functions, in order: integers first.
const [AT, END, PAGE, OFFSET] = [0, 1, 2, 3];
/** In the place of the end, which one page does not need. */
const IS_ZERO = END;
const FIRST_VECTOR = 4;
const [SUM_A, SUM_B] = [4, 5];
/** Of each group: four chains as in `hashPage`, all bits of each page, four words of four pages, and room. */
const GROUP_LOCALS = 14;
const chain = (group: number, index: number): number => 6 + group * GROUP_LOCALS + index;
const [A0, A1, B0, B1, BITS, NUMBER, ROW, WORD] = [0, 1, 2, 3, 4, 5, 6, 10];
const VECTORS = 2 + GROUPS.length * GROUP_LOCALS;

const all = (value: number): WasmCode => wasm.lanes([value, value, value, value]);

const rotated = (local: number, bits: number): WasmCode =>
  or(wasm.shiftLeft(get(local), bits), wasm.shiftRight(get(local), 32 - bits));

/** The `scramble` of page-hash.ts, in place. */
const scramble = (local: number): WasmCode[] => [
  set(local, multiply(xor(get(local), wasm.shiftRight(get(local), 16)), all(SCRAMBLE_1))),
  set(local, multiply(xor(get(local), wasm.shiftRight(get(local), 13)), all(SCRAMBLE_2))),
  set(local, xor(get(local), wasm.shiftRight(get(local), 16))),
];

/** The chains of four pages begin with their numbers. */
function begin(group: number): WasmCode[] {
  const of = (index: number): number => chain(group, index);
  const first = group * LANES;
  return [
    set(
      of(NUMBER),
      add(wasm.splat(get(PAGE)), wasm.lanes([first, first + 1, first + 2, first + 3])),
    ),
    set(of(A0), xor(get(of(NUMBER)), all(A))),
    ...scramble(of(A0)),
    set(of(A1), xor(get(of(A0)), all(B))),
    set(of(B0), xor(get(of(NUMBER)), all(B))),
    ...scramble(of(B0)),
    set(of(B1), xor(get(of(B0)), all(A))),
    set(of(BITS), all(0)),
  ];
}

/** Takes the next four words of each of four pages into the chains. */
function take(group: number): WasmCode[] {
  const of = (index: number): number => chain(group, index);
  const address = wasm.i32Add(get(AT), get(OFFSET));
  const row = (page: number): WasmCode => get(of(ROW + page));
  const word = (index: number): number => of(WORD + index);
  const step = (a: number, b: number, index: number): WasmCode[] => [
    set(of(a), multiply(xor(rotated(of(a), 15), get(word(index))), all(A))),
    set(of(b), multiply(add(rotated(of(b), 11), get(word(index))), all(B))),
  ];
  return [
    // 1. Four rows, each four words of one page.
    ...[0, 1, 2, 3].map((page) =>
      set(of(ROW + page), load(address, (group * LANES + page) * PAGE_SIZE)),
    ),
    // 2. Turned over: each vector has one word of each page.
    set(word(0), shuffle(row(0), row(1), [0, 4, 1, 5])),
    set(word(1), shuffle(row(2), row(3), [0, 4, 1, 5])),
    set(word(2), shuffle(row(0), row(1), [2, 6, 3, 7])),
    set(word(3), shuffle(row(2), row(3), [2, 6, 3, 7])),
    set(of(ROW), shuffle(get(word(0)), get(word(1)), [0, 1, 4, 5])),
    set(word(1), shuffle(get(word(0)), get(word(1)), [2, 3, 6, 7])),
    set(word(0), row(0)),
    set(of(ROW), shuffle(get(word(2)), get(word(3)), [0, 1, 4, 5])),
    set(word(3), shuffle(get(word(2)), get(word(3)), [2, 3, 6, 7])),
    set(word(2), row(0)),
    // 3. The steps of `hashPage`.
    ...step(A0, B0, 0),
    ...step(A1, B1, 1),
    ...step(A0, B0, 2),
    ...step(A1, B1, 3),
    ...[0, 1, 2, 3].map((index) => set(of(BITS), or(get(of(BITS)), get(word(index))))),
  ];
}

/** Adds the hashes of four pages to the sums; a page of zeros counts nothing. */
function end(group: number): WasmCode[] {
  const of = (index: number): number => chain(group, index);
  const finish = (first: number, second: number, sum: number): WasmCode[] => [
    set(of(second), xor(get(of(second)), get(of(NUMBER)))),
    ...scramble(of(second)),
    set(of(first), xor(get(of(first)), get(of(second)))),
    ...scramble(of(first)),
    set(sum, add(get(sum), and(get(of(first)), wasm.differ(get(of(BITS)), all(0))))),
  ];
  return [...finish(A0, A1, SUM_A), ...finish(B0, B1, SUM_B)];
}

/** From an offset of zero, in steps, up to a number of bytes. */
const overBytes = (bytes: number, step: number, ...code: readonly WasmCode[]): WasmCode[] => [
  set(OFFSET, wasm.i32(0)),
  wasm.loop(
    ...code,
    set(OFFSET, wasm.i32Add(get(OFFSET), wasm.i32(step))),
    wasm.leave(0, wasm.i32Less(get(OFFSET), wasm.i32(bytes))),
  ),
];

/** Whether one of the next {@link ZEROS_AT_ONCE} vectors has a bit set. */
function isSomethingHere(): WasmCode {
  const address = wasm.i32Add(get(AT), get(OFFSET));
  const vectors = Array.from({ length: ZEROS_AT_ONCE }, (_, index) =>
    load(address, index * VECTOR_BYTES),
  );
  return wasm.isAny(vectors.reduce((bits, each) => or(bits, each)));
}

/** Leaves the block around it if one of so many pages holds anything but zeros. */
const leaveUnlessZero = (pages: number): WasmCode[] =>
  overBytes(pages * PAGE_SIZE, ZEROS_AT_ONCE * VECTOR_BYTES, wasm.leave(1, isSomethingHere()));

const laneSum = (local: number): WasmCode =>
  [0, 1, 2, 3].map((index) => wasm.lane(get(local), index)).reduce(wasm.i32Add);

/** From byte AT to byte END, of which page PAGE is the first; gives both halves of the sum. */
function sumBody(): WasmCode {
  const code = [
    wasm.block(
      wasm.leave(0, wasm.i32IsZero(wasm.i32Less(get(AT), get(END)))),
      wasm.loop(
        wasm.block(
          // Is there anything but zeros? If not, go on behind them.
          wasm.block(...leaveUnlessZero(PAGES_AT_ONCE), wasm.leave(1, wasm.i32(1))),
          ...GROUPS.flatMap(begin),
          ...overBytes(PAGE_SIZE, VECTOR_BYTES, ...GROUPS.flatMap(take)),
          ...GROUPS.flatMap(end),
        ),
        set(AT, wasm.i32Add(get(AT), wasm.i32(PAGES_AT_ONCE * PAGE_SIZE))),
        set(PAGE, wasm.i32Add(get(PAGE), wasm.i32(PAGES_AT_ONCE))),
        wasm.leave(0, wasm.i32Less(get(AT), get(END))),
      ),
    ),
    laneSum(SUM_A),
    laneSum(SUM_B),
    [0x0b],
  ].flat();
  const locals = wasm.vector([
    [...wasm.unsigned(FIRST_VECTOR - 3), TYPE.i32],
    [...wasm.unsigned(VECTORS), TYPE.v128],
  ]);
  return [...locals, ...code];
}

/** Gives 1 if the page at byte AT holds only zeros, and 0 if not. */
function isZeroBody(): WasmCode {
  const code = [
    wasm.block(...leaveUnlessZero(1), set(IS_ZERO, wasm.i32(1))),
    get(IS_ZERO),
    [0x0b],
  ].flat();
  return [...wasm.vector([[...wasm.unsigned(FIRST_VECTOR - 1), TYPE.i32]]), ...code];
}

/**
 * A WebAssembly module that imports a memory, `memory.bytes`, and exports
 *
 * - `sum(at, end, page)`: the sum of the hashes of all pages from byte `at` to byte `end`, of which `page` is the
 *   first one's number, as two halves. The pages are a multiple of {@link PAGES_AT_ONCE}. It gives what `hashPage`
 *   and `isZeroAt` give, four pages in the lanes of each vector;
 * - `isZero(at)`: whether the page at byte `at` holds only zeros.
 */
export function pageKernelModule(): Uint8Array<ArrayBuffer> {
  const { i32 } = TYPE;
  const type = (parameters: number, results: number): WasmCode => [
    0x60,
    ...wasm.vector(Array.from({ length: parameters }, () => [i32])),
    ...wasm.vector(Array.from({ length: results }, () => [i32])),
  ];
  const bodies = [sumBody(), isZeroBody()];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...wasm.section(1, wasm.vector([type(3, 2), type(1, 1)])),
    ...wasm.section(
      2,
      wasm.vector([[...wasm.name("memory"), ...wasm.name("bytes"), 0x02, 0x00, 0x00]]),
    ),
    ...wasm.section(3, wasm.vector([[0], [1]])),
    ...wasm.section(
      7,
      wasm.vector(["sum", "isZero"].map((name, index) => [...wasm.name(name), 0x00, index])),
    ),
    ...wasm.section(
      10,
      wasm.vector(bodies.map((body) => [...wasm.unsigned(body.length), ...body])),
    ),
  ]);
}
