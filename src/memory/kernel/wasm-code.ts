/**
 * A piece of WebAssembly code: the bytes of instructions. What is written as `add(get(x), get(y))` becomes
 * code that pushes both and adds them.
 */
export type WasmCode = readonly number[];

/** An unsigned LEB128 integer below 2³². */
export function unsigned(value: number): WasmCode {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

/** A signed LEB128 integer of 32 bits. */
export function signed(value: number): WasmCode {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** A vector as the binary format has it: how many, then each. */
export function vector(items: readonly WasmCode[]): WasmCode {
  return [...unsigned(items.length), ...items.flat()];
}

/** A name: its length, then ASCII. */
export function name(text: string): WasmCode {
  return [...unsigned(text.length), ...Array.from(text, (letter) => letter.charCodeAt(0))];
}

/** A section of a module: its number, its length, its contents. */
export function section(number: number, contents: WasmCode): WasmCode {
  return [number, ...unsigned(contents.length), ...contents];
}

/** The type of values that a local holds. */
export const TYPE = { i32: 0x7f, v128: 0x7b } as const;

/** The value of a local. */
export const get = (local: number): WasmCode => [0x20, ...unsigned(local)];
/** Gives a local a value. */
export const set = (local: number, value: WasmCode): WasmCode => [
  ...value,
  0x21,
  ...unsigned(local),
];

/** Code that {@link leave} leaves. */
export const block = (...code: readonly WasmCode[]): WasmCode => [0x02, 0x40, ...code.flat(), 0x0b];
/** Code that {@link leave} begins again; it is left at its end. */
export const loop = (...code: readonly WasmCode[]): WasmCode => [0x03, 0x40, ...code.flat(), 0x0b];
/** Goes to the end of the block, or the beginning of the loop, that is `depth` levels out, on a condition. */
export const leave = (depth: number, condition: WasmCode): WasmCode => [
  ...condition,
  0x0d,
  ...unsigned(depth),
];

/** A 32-bit constant. */
export const i32 = (value: number): WasmCode => [0x41, ...signed(value)];
/** Whether an integer is zero. */
export const i32IsZero = (value: WasmCode): WasmCode => [...value, 0x45];
/** Whether an integer is less than another, both unsigned. */
export const i32Less = (a: WasmCode, b: WasmCode): WasmCode => [...a, ...b, 0x49];
/** The sum of two integers, modulo 2³². */
export const i32Add = (a: WasmCode, b: WasmCode): WasmCode => [...a, ...b, 0x6a];

const simd = (opcode: number): WasmCode => [0xfd, ...unsigned(opcode)];
const binary =
  (opcode: number) =>
  (a: WasmCode, b: WasmCode): WasmCode => [...a, ...b, ...simd(opcode)];

/** Loads 16 bytes from an address plus a constant. */
export const load = (address: WasmCode, offset: number): WasmCode => [
  ...[...address, ...simd(0), 4],
  ...unsigned(offset),
];
/** Four 32-bit lanes with these values. */
export const lanes = (values: readonly [number, number, number, number]): WasmCode => [
  ...simd(12),
  ...values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)),
];
/** Four lanes chosen from the eight of two vectors. */
export const shuffle = (
  a: WasmCode,
  b: WasmCode,
  chosen: readonly [number, number, number, number],
): WasmCode => [
  ...[...a, ...b, ...simd(13)],
  ...chosen.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
];
/** An integer in all four lanes. */
export const splat = (value: WasmCode): WasmCode => [...value, ...simd(17)];
/** One lane of a vector. */
export const lane = (value: WasmCode, index: number): WasmCode => [...value, ...simd(27), index];
/** All ones in the lanes that differ. */
export const differ: (a: WasmCode, b: WasmCode) => WasmCode = binary(56);
/** Bitwise and. */
export const and: (a: WasmCode, b: WasmCode) => WasmCode = binary(78);
/** Bitwise or. */
export const or: (a: WasmCode, b: WasmCode) => WasmCode = binary(80);
/** Bitwise exclusive or. */
export const xor: (a: WasmCode, b: WasmCode) => WasmCode = binary(81);
/** Whether any bit is set. */
export const isAny = (value: WasmCode): WasmCode => [...value, ...simd(83)];
/** Each lane shifted left. */
export const shiftLeft = (value: WasmCode, bits: number): WasmCode => [
  ...[...value, ...i32(bits)],
  ...simd(171),
];
/** Each lane shifted right, zeros coming in. */
export const shiftRight = (value: WasmCode, bits: number): WasmCode => [
  ...[...value, ...i32(bits)],
  ...simd(173),
];
/** The sum of each pair of lanes. */
export const add: (a: WasmCode, b: WasmCode) => WasmCode = binary(174);
/** The product of each pair of lanes. */
export const multiply: (a: WasmCode, b: WasmCode) => WasmCode = binary(181);
