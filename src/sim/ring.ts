import { assert } from "./assert.ts";

/** Slots at the beginning; a ring doubles up to its capacity as it fills. */
const SLOTS_INITIAL = 16;

/** A first-in first-out queue with a bound. The caller looks whether there is room before it pushes. */
export class Ring<T> {
  /** Most items at a time. */
  readonly capacity: number;
  #slots: (T | undefined)[] = new Array<T | undefined>(SLOTS_INITIAL).fill(undefined);
  /** Slots minus one; their number is a power of two. */
  #mask: number = SLOTS_INITIAL - 1;
  #head = 0;
  #length = 0;

  /** @param capacity A positive integer. */
  constructor(capacity: number) {
    assert(Number.isSafeInteger(capacity) && capacity > 0, "a ring has room for something");
    this.capacity = capacity;
  }

  /** Items in it. */
  get length(): number {
    return this.#length;
  }

  /** True when there is no room for another item. */
  get isFull(): boolean {
    return this.#length === this.capacity;
  }

  /** Adds an item behind the others. */
  push(item: T): void {
    assert(this.#length < this.capacity, "a ring is not pushed beyond its capacity");
    if (this.#length > this.#mask) this.#double();
    this.#slots[(this.#head + this.#length) & this.#mask] = item;
    this.#length += 1;
  }

  /** Takes the oldest item out. */
  shift(): T {
    assert(this.#length > 0, "an empty ring gives nothing");
    const item = this.#slots[this.#head] as T;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length -= 1;
    return item;
  }

  /** Drops all items. */
  clear(): void {
    this.#slots = new Array<T | undefined>(SLOTS_INITIAL).fill(undefined);
    this.#mask = SLOTS_INITIAL - 1;
    this.#head = 0;
    this.#length = 0;
  }

  /** The items, oldest first, in a new array. */
  toArray(): T[] {
    const items: T[] = [];
    for (let i = 0; i < this.#length; i += 1) {
      items.push(this.#slots[(this.#head + i) & this.#mask] as T);
    }
    return items;
  }

  #double(): void {
    const items: (T | undefined)[] = this.toArray();
    const slotCount = (this.#mask + 1) * 2;
    while (items.length < slotCount) items.push(undefined);
    this.#slots = items;
    this.#mask = slotCount - 1;
    this.#head = 0;
  }
}
