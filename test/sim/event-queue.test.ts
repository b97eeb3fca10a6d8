import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

interface Due {
  readonly slot: number;
  readonly time: number;
  readonly order: number;
}

/** A queue and the obvious one beside it; every step compares them. */
class Pair {
  readonly queue = new EventQueue();
  readonly slots: number[] = [];
  #due: Due[] = [];
  #order = 0;

  allocate(): void {
    this.slots.push(this.queue.allocate());
    expect(new Set(this.slots).size).toBe(this.slots.length);
  }

  schedule(slot: number, time: number): void {
    this.cancelModel(slot);
    this.#order += 1;
    this.#due.push({ slot, time, order: this.#order });
    this.queue.schedule(slot, time);
    this.compare(slot);
  }

  cancel(slot: number): void {
    this.cancelModel(slot);
    this.queue.cancel(slot);
    this.compare(slot);
  }

  free(slot: number): void {
    this.cancelModel(slot);
    this.queue.free(slot);
    this.slots.splice(this.slots.indexOf(slot), 1);
    expect(this.queue.size).toBe(this.#due.length);
  }

  take(limit: number): void {
    this.#due.sort((a, b) => a.time - b.time || a.order - b.order);
    const first = this.#due[0];
    const slot = this.queue.take(limit);
    if (first === undefined || first.time > limit) {
      expect(slot).toBe(-1);
      return;
    }
    expect(slot).toBe(first.slot);
    expect(this.queue.dueTime(slot)).toBe(first.time);
    this.#due.shift();
    this.compare(slot);
  }

  drain(): void {
    while (this.#due.length > 0) this.take(NO_LIMIT);
    this.take(NO_LIMIT);
  }

  cancelModel(slot: number): void {
    this.#due = this.#due.filter((each) => each.slot !== slot);
  }

  compare(slot: number): void {
    const due = this.#due.find((each) => each.slot === slot);
    expect(this.queue.isDue(slot)).toBe(due !== undefined);
    expect(this.queue.dueSequence(slot) !== 0).toBe(due !== undefined);
    if (due !== undefined) expect(this.queue.dueTime(slot)).toBe(due.time);
    expect(this.queue.size).toBe(this.#due.length);
  }
}

test("event queue: gives the same order as a sorted list, whatever is changed meanwhile", () => {
  const step = fc.record({
    kind: fc.constantFrom("allocate", "schedule", "schedule", "take", "take", "cancel", "free"),
    pick: fc.nat(),
    // Few different times, so that most events tie.
    time: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
      const pair = new Pair();
      for (let i = 0; i < 5; i += 1) pair.allocate();
      for (const { kind, pick, time } of steps) {
        const slot = pair.slots[pick % Math.max(1, pair.slots.length)];
        if (kind === "allocate" || slot === undefined) pair.allocate();
        else if (kind === "schedule") pair.schedule(slot, time);
        else if (kind === "take") pair.take(pick % 3 === 0 ? time : NO_LIMIT);
        else if (kind === "cancel") pair.cancel(slot);
        else pair.free(slot);
      }
      pair.drain();
    }),
    { numRuns: 300 },
  );
});

test("event queue: many events, far apart and together, come in order", () => {
  const pair = new Pair();
  let state = 1;
  for (let i = 0; i < 600; i += 1) {
    pair.allocate();
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    pair.schedule(i, i % 3 === 0 ? 5 : state * 1_000);
  }
  for (let i = 0; i < 200; i += 1) pair.cancel((i * 7) % 600);
  pair.drain();
});

test("event queue: an event scheduled while the first one is being handled finds its place", () => {
  const pair = new Pair();
  for (let i = 0; i < 4; i += 1) pair.allocate();
  pair.schedule(0, 10);
  pair.schedule(1, 20);
  pair.schedule(2, 30);
  pair.take(NO_LIMIT);
  pair.schedule(0, 25); // takes the place of what was taken
  pair.schedule(3, 10);
  pair.take(NO_LIMIT);
  pair.take(15); // nothing due
  pair.schedule(3, 20); // same time as slot 1, later sequence
  pair.drain();
});

test("event queue: cancelled events do not pile up", () => {
  const queue = new EventQueue();
  const often = queue.allocate();
  const seldom = queue.allocate();
  queue.schedule(seldom, 1_000_000);
  for (let i = 0; i < 10_000; i += 1) {
    queue.schedule(often, 500_000 + i);
    if (i % 2 === 0) queue.cancel(often);
  }
  expect(queue.size).toBe(2);
  expect(queue.heapLength).toBeLessThan(200);
  expect([queue.take(NO_LIMIT), queue.take(NO_LIMIT), queue.take(NO_LIMIT)]).toEqual([
    often,
    seldom,
    -1,
  ]);
});

test("event queue: a clean-up while the first event is being handled keeps the order", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const pair = new Pair();
    let state = seed;
    for (let i = 0; i < 200; i += 1) {
      pair.allocate();
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      pair.schedule(i, 100 + (state >> 8));
    }
    pair.take(NO_LIMIT);
    for (let i = 0; i < 110 + (seed % 37); i += 1) pair.cancel((i * (10 * seed + 7)) % 200);
    expect(pair.queue.heapLength).toBeLessThan(200);
    pair.schedule(0, 50);
    pair.schedule(1, 100 + seed * 1_000_000);
    pair.drain();
  }
});

test("event queue: a slot used again does not inherit the event of the one before", () => {
  const queue = new EventQueue();
  const slot = queue.allocate();
  queue.schedule(slot, 5);
  queue.free(slot);
  expect(queue.allocate()).toBe(slot);
  expect(queue.isDue(slot)).toBe(false);
  queue.schedule(slot, 9);
  expect(queue.take(5)).toBe(-1);
  expect(queue.take(9)).toBe(slot);
});

test("event queue: sequence numbers only rise", () => {
  const queue = new EventQueue();
  const slot = queue.allocate();
  queue.schedule(slot, 5);
  const first = queue.dueSequence(slot);
  const second = queue.nextSequence();
  queue.schedule(slot, 5);
  expect(first).toBeLessThan(second);
  expect(second).toBeLessThan(queue.dueSequence(slot));
});
