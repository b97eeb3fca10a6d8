/** WebAssembly types as the binary format writes them. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const FUNCREF = 0x70;

/** An unsigned integer in LEB128. */
export function unsigned(value: number): number[] {
  const rest = Math.floor(value / 128);
  return rest === 0 ? [value] : [(value % 128) | 0x80, ...unsigned(rest)];
}

/** A signed integer of at most 32 bits in LEB128. */
export function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const list = (items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const counted = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];

/** A name with its length. */
export const name = (text: string): number[] => counted([...Buffer.from(text)]);

/** A section with its length. */
export const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...counted(content),
];

/** Instructions that the tests use. */
export const op = {
  end: 0x0b,
  drop: 0x1a,
  unreachable: 0x00,
  localGet: (index: number) => [0x20, index],
  globalGet: (index: number) => [0x23, index],
  globalSet: (index: number) => [0x24, index],
  call: (index: number) => [0x10, index],
  i32Const: (value: number) => [0x41, ...signed(value)],
  i64Const: (value: number) => [0x42, ...signed(value)],
  i32Load: [0x28, 2, 0],
  i32Load8: [0x2d, 0, 0],
  i32Store: [0x36, 2, 0],
  i64Store: [0x37, 3, 0],
  f64Store: [0x39, 3, 0],
  memorySize: [0x3f, 0],
  memoryGrow: [0x40, 0],
  i32Add: 0x6a,
  i32Subtract: 0x6b,
  i64Add: 0x7c,
  f64Add: 0xa0,
  f64Const: (value: number) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return [0x44, ...bytes];
  },
  f32Const: (value: number) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return [0x43, ...bytes];
  },
} as const;

type Code = readonly (number | readonly number[])[];

/** What a module of the tests is made of. */
export interface ModuleParts {
  readonly types?: readonly {
    readonly takes: readonly number[];
    readonly gives: readonly number[];
  }[];
  /** Bytes of each import behind module and name. */
  readonly imports?: readonly { readonly name: string; readonly description: readonly number[] }[];
  readonly functions?: readonly {
    readonly type: number;
    readonly code: Code;
    /** Types of the local variables. */
    readonly locals?: readonly number[];
  }[];
  /** Limits of each table of functions. */
  readonly tables?: readonly (readonly number[])[];
  /** Limits of each memory. */
  readonly memories?: readonly (readonly number[])[];
  readonly globals?: readonly {
    readonly type: number;
    readonly mutable: boolean;
    readonly first: Code;
  }[];
  readonly exports?: readonly {
    readonly name: string;
    readonly kind: number;
    readonly index: number;
  }[];
  readonly start?: number;
  /** Passive segments of elements, all empty. */
  readonly elements?: number;
  /** Data segments: those without an address are passive. */
  readonly data?: readonly { readonly address?: Code; readonly bytes: readonly number[] }[];
  /** Content of a custom section at the very end. */
  readonly custom?: string;
}

/** The binary of a module; sections without entries are left out. */
export function assemble(parts: ModuleParts): Uint8Array {
  const { types = [], imports = [], functions = [], tables = [], memories = [] } = parts;
  const { globals = [], exports = [], data = [] } = parts;
  const sections: number[][] = [];
  const add = (id: number, entries: readonly number[][]): void => {
    if (entries.length > 0) sections.push(section(id, list(entries)));
  };
  add(
    1,
    types.map(({ takes, gives }) => [0x60, ...counted(takes), ...counted(gives)]),
  );
  add(
    2,
    imports.map((entry) => [...name("host"), ...name(entry.name), ...entry.description]),
  );
  add(
    3,
    functions.map(({ type }) => [type]),
  );
  add(
    4,
    tables.map((limits) => [FUNCREF, ...limits]),
  );
  add(
    5,
    memories.map((limits) => [...limits]),
  );
  add(
    6,
    globals.map(({ type, mutable, first }) => [type, Number(mutable), ...first.flat(), op.end]),
  );
  add(
    7,
    exports.map((entry) => [...name(entry.name), entry.kind, ...unsigned(entry.index)]),
  );
  if (parts.start !== undefined) sections.push(section(8, unsigned(parts.start)));
  const { elements = 0 } = parts;
  add(
    9,
    Array.from({ length: elements }, () => [1, 0, 0]),
  );
  if (data.some(({ address }) => address === undefined)) {
    sections.push(section(12, unsigned(data.length)));
  }
  add(
    10,
    functions.map(({ code, locals = [] }) =>
      counted([...list(locals.map((type) => [1, type])), ...code.flat(), op.end]),
    ),
  );
  add(
    11,
    data.map(({ address, bytes }) =>
      address === undefined
        ? [1, ...counted(bytes)]
        : [0, ...address.flat(), op.end, ...counted(bytes)],
    ),
  );
  if (parts.custom !== undefined) sections.push(section(0, name(parts.custom)));
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}
