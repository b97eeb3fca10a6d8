import { assert } from "../../sim/assert.ts";

/** Where a value is that faults lie over. */
export interface OverlaidValue {
  /** The value as it is without any fault; asked for when the first one begins. */
  readonly read: () => number;
  readonly write: (value: number) => void;
  /** What it is while faults have these values, of which there is at least one. */
  readonly combine: (value: number, faults: readonly number[]) => number;
}

/**
 * A value that several faults change at a time. What it was before stays as it is, faults lie over it
 * (as those of TigerBeetle's simulator lie over its memory): however they overlap, it is the old one
 * when all of them are over.
 */
export class Overlay {
  readonly #value: OverlaidValue;
  /** One entry for each fault, in the order of their beginning. */
  #faults: readonly { readonly value: number }[] = [];
  #before = 0;
  #present = 0;

  constructor(value: OverlaidValue) {
    this.#value = value;
  }

  /** A fault begins. @returns Ends it; calling it again does nothing. */
  add(value: number): () => void {
    if (this.#faults.length === 0) {
      this.#before = this.#value.read();
      this.#present = this.#before;
    }
    const entry = { value };
    this.#faults = [...this.#faults, entry];
    this.#apply();
    return () => {
      this.#faults = this.#faults.filter((each) => each !== entry);
      this.#apply();
    };
  }

  #apply(): void {
    const faults = this.#faults.map(({ value }) => value);
    const next = faults.length === 0 ? this.#before : this.#value.combine(this.#before, faults);
    assert(Number.isFinite(next), "faults make a value that there is");
    if (next === this.#present) return;
    this.#present = next;
    this.#value.write(next);
  }
}

/** The least of the value and its faults. */
export function least(value: number, faults: readonly number[]): number {
  return Math.min(value, ...faults);
}

/** The sum of the value and its faults. */
export function sum(value: number, faults: readonly number[]): number {
  return faults.reduce((total, each) => total + each, value);
}

/** 1 while there is a fault: for what is either the case or not. */
export function any(): number {
  return 1;
}
