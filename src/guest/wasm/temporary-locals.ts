import type { WasmBinaryWriter } from "./binary-writer.ts";
import { ValueType } from "./opcodes.ts";

/** What a function is given a local variable for; the values are places in a list. */
export const Temporary = {
  address: 0,
  value: 1,
  length: 2,
  i64: 3,
  f32: 4,
  f64: 5,
  v128: 6,
} as const;

/** A local variable that may be added. */
export type Temporary = (typeof Temporary)[keyof typeof Temporary];

const TYPES: readonly ValueType[] = [
  ValueType.i32,
  ValueType.i32,
  ValueType.i32,
  ValueType.i64,
  ValueType.f32,
  ValueType.f64,
  ValueType.v128,
];

/** Where a value of a type is put for a moment. */
export function temporaryFor(type: ValueType): Temporary {
  return type === ValueType.i32 ? Temporary.value : (TYPES.indexOf(type) as Temporary);
}

/** Local variables added behind those of a function, one for each purpose, those that are used only. */
export class TemporaryLocals {
  #first = 0;
  readonly #used: Temporary[] = [];

  /** Forgets the variables of the function before. */
  begin(localCount: number): void {
    this.#first = localCount;
    this.#used.length = 0;
  }

  /** The index of a variable, added if it was not used so far. */
  indexOf(temporary: Temporary): number {
    let place = this.#used.indexOf(temporary);
    if (place < 0) place = this.#used.push(temporary) - 1;
    return this.#first + place;
  }

  /** How many have been added. */
  get count(): number {
    return this.#used.length;
  }

  /** Writes their declarations, one for each. */
  declare(into: WasmBinaryWriter): void {
    for (const temporary of this.#used) into.u32(1).byte(TYPES[temporary]!);
  }
}
