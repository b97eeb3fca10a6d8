import { Awaitable, PENDING } from "./awaitable.ts";
import { Condition } from "./condition.ts";
import type { Engine } from "./engine.ts";
import { StandinRangeError } from "./errors.ts";
import type { Process } from "./process.ts";
import { Ring } from "./ring.ts";

/** What a channel is made of. */
export interface ChannelOptions {
  /** Most items that wait to be received. What happens to one more is up to who sends it. */
  readonly capacity: number;
}

/** A bounded first-in first-out queue of items between processes. Items are passed, not copied. */
export class Channel<T> {
  readonly name: string;
  readonly #items: Ring<T>;
  readonly #filled: Condition;
  readonly #drained: Condition;
  readonly #receive: Awaitable<T>;
  readonly #room: Awaitable<void>;

  /** @throws StandinRangeError if the capacity is not a positive safe integer. */
  constructor(engine: Engine, name: string, options: ChannelOptions) {
    const { capacity } = options;
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new StandinRangeError(
        "CAPACITY",
        `channel "${name}": expected a positive capacity, got ${capacity}`,
      );
    }
    this.name = name;
    this.#items = new Ring(capacity);
    this.#filled = new Condition(engine, `${name} receive`);
    this.#drained = new Condition(engine, `${name} room`);
    this.#receive = new Awaitable<T>(this.#filled, () =>
      this.#items.length === 0 ? PENDING : this.#take(),
    );
    this.#room = this.#drained.until(() => !this.#items.isFull);
  }

  /** Items that wait to be received. */
  get length(): number {
    return this.#items.length;
  }

  /** Most items that wait at a time. */
  get capacity(): number {
    return this.#items.capacity;
  }

  /** Adds an item, at once. @returns False if the channel is full and the item was not taken. */
  send(item: T): boolean {
    if (this.#items.isFull) return false;
    this.#items.push(item);
    this.#filled.notify();
    return true;
  }

  /** Adds an item, waiting for room as long as the channel is full. */
  *put(item: T): Process {
    while (!this.send(item)) yield* this.#room;
  }

  /** Waits until there is room, without taking it: somebody else may, before it is used. */
  room(): Awaitable<void> {
    return this.#room;
  }

  /** Takes the oldest item, waiting until there is one. Of several who wait one gets it. */
  receive(): Awaitable<T> {
    return this.#receive;
  }

  /** Takes the oldest item if there is one. */
  tryReceive(): T | undefined {
    return this.#items.length === 0 ? undefined : this.#take();
  }

  /** Drops all items. */
  clear(): void {
    const wasFull = this.#items.isFull;
    this.#items.clear();
    if (wasFull) this.#drained.notify();
  }

  #take(): T {
    const wasFull = this.#items.isFull;
    const item = this.#items.shift();
    if (wasFull) this.#drained.notify();
    return item;
  }
}
