import { assert } from "./assert.ts";
import type { Nanoseconds } from "./time.ts";

/** Room at the beginning; both the heap and the slots double as they fill. */
const CAPACITY_INITIAL = 64;

/** Fewer cancelled events than this are not worth a clean-up. */
const STALE_KEPT_MIN = 64;

const NOT_DUE = 0;

/**
 * What is due and when: a four-ary array heap ordered by (time, sequence), on typed arrays.
 *
 * Whoever waits has a *slot* and at most one event. Scheduling again, or cancelling, leaves the old
 * event where it is: it is known to be stale because its sequence number is no longer the slot's
 * one. When most events are stale they are swept out, so the heap stays below twice the slots.
 */
export class EventQueue {
  // The heap: one event is one index into all three.
  #times: Float64Array = new Float64Array(CAPACITY_INITIAL);
  #sequences: Float64Array = new Float64Array(CAPACITY_INITIAL);
  #slots: Int32Array = new Int32Array(CAPACITY_INITIAL);
  #length = 0;
  #staleCount = 0;
  /**
   * True if the first event has been taken and still lies there, stale. Most events that are taken
   * lead to one that is scheduled, which then takes the place and sinks: one sift instead of two.
   */
  #isFirstTaken = false;

  // The slots: the sequence number of the one event that counts (NOT_DUE: none), and its time.
  #dueSequences: Float64Array = new Float64Array(CAPACITY_INITIAL);
  #dueTimes: Float64Array = new Float64Array(CAPACITY_INITIAL);
  #slotCount = 0;
  readonly #freeSlots: number[] = [];

  /** Sequence number of the newest event. At a million events a second 2^53 lasts 285 years. */
  #sequence = 0;

  /** Events that count. */
  get size(): number {
    return this.#length - this.#staleCount;
  }

  /** Events in the heap, stale ones included. */
  get heapLength(): number {
    return this.#length;
  }

  /** Gives out a slot: a small integer, used again after {@link EventQueue.free}. */
  allocate(): number {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    if (this.#slotCount === this.#dueSequences.length) {
      this.#dueSequences = doubled(this.#dueSequences);
      this.#dueTimes = doubled(this.#dueTimes);
    }
    this.#slotCount += 1;
    return this.#slotCount - 1;
  }

  /** Takes a slot back; an event of it is cancelled. */
  free(slot: number): void {
    this.cancel(slot);
    this.#freeSlots.push(slot);
    assert(this.#freeSlots.length <= this.#slotCount, "a slot is freed once");
  }

  /** Schedules the slot's event, in place of the one it may have. */
  schedule(slot: number, timeNs: Nanoseconds): void {
    if (this.#dueSequences[slot]! !== NOT_DUE) this.#staleCount += 1;
    this.#sequence += 1;
    this.#dueSequences[slot] = this.#sequence;
    this.#dueTimes[slot] = timeNs;
    if (this.#isFirstTaken) {
      this.#isFirstTaken = false;
      this.#staleCount -= 1;
      this.#siftDown(0, timeNs, this.#sequence, slot);
      return;
    }
    if (this.#length === this.#times.length) this.#makeRoom();
    this.#length += 1;
    this.#siftUp(this.#length - 1, timeNs, this.#sequence, slot);
  }

  /** Cancels the slot's event; nothing happens if it has none. */
  cancel(slot: number): void {
    if (this.#dueSequences[slot]! === NOT_DUE) return;
    this.#dueSequences[slot] = NOT_DUE;
    this.#staleCount += 1;
    if (this.#staleCount > STALE_KEPT_MIN && this.#staleCount * 2 > this.#length) this.#sweep();
  }

  /** True if the slot has an event. */
  isDue(slot: number): boolean {
    return this.#dueSequences[slot]! !== NOT_DUE;
  }

  /** When the slot's event is due. Meaningless if it has none. */
  dueTime(slot: number): Nanoseconds {
    return this.#dueTimes[slot]!;
  }

  /** The sequence number of the slot's event: later schedules have higher ones. 0 if it has none. */
  dueSequence(slot: number): number {
    return this.#dueSequences[slot]!;
  }

  /** A sequence number for something that takes its turn without being in the queue. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /**
   * Takes out the first event if it is due at `limitNs` or before. Its time is then
   * {@link EventQueue.dueTime} of the slot.
   *
   * @returns The slot, or -1.
   */
  take(limitNs: Nanoseconds): number {
    while (this.#length > 0) {
      const slot = this.#slots[0]!;
      if (this.#dueSequences[slot]! === this.#sequences[0]!) {
        if (this.#times[0]! > limitNs) return -1;
        this.#dueSequences[slot] = NOT_DUE;
        this.#isFirstTaken = true;
        this.#staleCount += 1;
        return slot;
      }
      this.#staleCount -= 1;
      this.#removeFirst();
    }
    assert(this.#staleCount === 0, "an empty heap holds nothing stale");
    return -1;
  }

  #removeFirst(): void {
    const last = this.#length - 1;
    this.#length = last;
    this.#isFirstTaken = false;
    if (last > 0) this.#siftDown(0, this.#times[last]!, this.#sequences[last]!, this.#slots[last]!);
  }

  /** Puts an event at `hole` or above it. */
  #siftUp(hole: number, time: number, sequence: number, slot: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    let at = hole;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentTime = times[parent]!;
      // The newest event has the highest sequence number: it rises past no event of its own time.
      if (parentTime < time || (parentTime === time && sequences[parent]! < sequence)) break;
      times[at] = parentTime;
      sequences[at] = sequences[parent]!;
      slots[at] = slots[parent]!;
      at = parent;
    }
    times[at] = time;
    sequences[at] = sequence;
    slots[at] = slot;
  }

  /** Puts an event at `hole` or below it. */
  #siftDown(hole: number, time: number, sequence: number, slot: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    const length = this.#length;
    let at = hole;
    for (;;) {
      const firstChild = at * 4 + 1;
      if (firstChild >= length) break;
      let least = firstChild;
      let leastTime = times[firstChild]!;
      const end = firstChild + 4 < length ? firstChild + 4 : length;
      for (let child = firstChild + 1; child < end; child += 1) {
        const childTime = times[child]!;
        if (
          childTime < leastTime ||
          (childTime === leastTime && sequences[child]! < sequences[least]!)
        ) {
          least = child;
          leastTime = childTime;
        }
      }
      if (time < leastTime || (time === leastTime && sequence < sequences[least]!)) break;
      times[at] = leastTime;
      sequences[at] = sequences[least]!;
      slots[at] = slots[least]!;
      at = least;
    }
    times[at] = time;
    sequences[at] = sequence;
    slots[at] = slot;
  }

  #makeRoom(): void {
    if (this.#staleCount * 2 > this.#length) {
      this.#sweep();
      return;
    }
    this.#times = doubled(this.#times);
    this.#sequences = doubled(this.#sequences);
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
  }

  /** Drops stale events. The order of the others is total, so how they lie does not matter. */
  #sweep(): void {
    let kept = 0;
    for (let i = 0; i < this.#length; i += 1) {
      const slot = this.#slots[i]!;
      if (this.#dueSequences[slot]! !== this.#sequences[i]!) continue;
      this.#times[kept] = this.#times[i]!;
      this.#sequences[kept] = this.#sequences[i]!;
      this.#slots[kept] = slot;
      kept += 1;
    }
    assert(kept === this.#length - this.#staleCount, "every event is either due or stale");
    this.#length = kept;
    this.#staleCount = 0;
    this.#isFirstTaken = false;
    for (let at = (kept - 2) >> 2; at >= 0; at -= 1) {
      this.#siftDown(at, this.#times[at]!, this.#sequences[at]!, this.#slots[at]!);
    }
  }
}

function doubled(values: Float64Array): Float64Array {
  const more = new Float64Array(values.length * 2);
  more.set(values);
  return more;
}
