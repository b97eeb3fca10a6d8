import { assert } from "./assert.ts";
import { StandinTypeError } from "./errors.ts";
import type { Process } from "./process.ts";
import type { Nanoseconds } from "./time.ts";

/** Nothing is held back. */
const NOT_HELD = -1;

/** What a task needs of its owner. */
export interface TaskOwner {
  readonly state: "running" | "paused" | "dead";
  readonly clockNs: Nanoseconds;
  add(task: Task): void;
  remove(task: Task): void;
}

/** What a task needs of a list that it waits on. */
export interface TaskList {
  remove(task: Task): void;
}

/**
 * A process as the scheduler sees it. It is at every moment one of: running (being dispatched), due
 * (its slot has an event), held (its owner is paused and its wake is kept here), parked on at least
 * one list, kept still (it has missed its wake and waits to be let go), or ended. A race with a limit
 * is parked and due, or parked and held.
 */
export class Task {
  /** Counts up from 1 in the order of spawning. */
  readonly id: number;
  readonly name: string;
  readonly owner: TaskOwner;
  /** Its place in the event queue; somebody else's once it has ended. */
  readonly slot: number;
  state: "running" | "done" | "killed" = "running";
  /** Null until the first dispatch and after the end. */
  generator: Process<unknown> | null = null;
  /** What it returned. */
  result: unknown = undefined;
  /** Told when it ends, if anybody ever asked. */
  ending: { notify(): void } | null = null;
  /** How many keep it still: above 0 it does not advance, whatever wakes it. */
  stillCount = 0;
  /** True if a wake came while it was kept still. */
  hasMissedWake = false;

  #body: (() => Process<unknown>) | null;
  // Nearly every wait is on one list, so the first has a place of its own.
  #list: TaskList | null = null;
  #moreLists: TaskList[] | null = null;
  #heldRemainingNs = NOT_HELD;
  #heldSequence = 0;

  constructor(
    place: { readonly id: number; readonly slot: number },
    name: string,
    owner: TaskOwner,
    body: () => Process<unknown>,
  ) {
    this.id = place.id;
    this.slot = place.slot;
    this.name = name;
    this.owner = owner;
    this.#body = body;
  }

  /** True if it does not run any more. */
  get hasEnded(): boolean {
    return this.state !== "running";
  }

  /** Calls the body, which gives the generator to run. */
  start(): Process<unknown> {
    assert(this.#body !== null && this.generator === null, "a process starts once");
    const generator: unknown = this.#body();
    this.#body = null;
    if (!isGenerator(generator)) {
      throw new StandinTypeError(
        "PROCESS_BODY",
        `process "${this.name}": expected a body that returns a generator, got one that returns ${String(generator)}`,
      );
    }
    if (!this.hasEnded) this.generator = generator;
    return generator;
  }

  /** Tells those who wait for the end. The generator is dropped, not closed: no `finally` runs. */
  end(state: "done" | "killed"): void {
    assert(!this.hasEnded, "a process ends once");
    this.state = state;
    this.generator = null;
    this.#body = null;
    if (this.#list !== null) this.stopWaiting();
    if (this.ending !== null) this.ending.notify();
  }

  /** True if it is parked on a list. */
  get isParked(): boolean {
    return this.#list !== null;
  }

  /** Notes a list that it has been put on. */
  waitOn(list: TaskList): void {
    assert(!this.hasEnded, "an ended process does not wait");
    if (this.#list === null) {
      this.#list = list;
      return;
    }
    this.#moreLists ??= [];
    this.#moreLists.push(list);
  }

  /** Leaves all lists. */
  stopWaiting(): void {
    this.#list?.remove(this);
    this.#list = null;
    if (this.#moreLists === null) return;
    for (const list of this.#moreLists) list.remove(this);
    this.#moreLists = null;
  }

  /** True if a wake is held back until the owner goes on. */
  get isHeld(): boolean {
    return this.#heldRemainingNs !== NOT_HELD;
  }

  /** How long after the owner goes on the held wake is due. */
  get heldRemainingNs(): Nanoseconds {
    assert(this.isHeld, "a wake is held");
    return this.#heldRemainingNs;
  }

  /** Orders held wakes that are due together. */
  get heldSequence(): number {
    return this.#heldSequence;
  }

  /** Holds a wake back, in place of the one that may be held. */
  hold(remainingNs: Nanoseconds, sequence: number): void {
    assert(!this.hasEnded, "an ended process has no wake");
    assert(Number.isSafeInteger(remainingNs) && remainingNs >= 0, "a held wake is not in the past");
    this.#heldRemainingNs = remainingNs;
    this.#heldSequence = sequence;
  }

  /** Forgets the held wake. */
  release(): void {
    assert(this.isHeld, "a wake is held");
    this.#heldRemainingNs = NOT_HELD;
  }
}

function isGenerator(value: unknown): value is Process<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "next" in value &&
    typeof value.next === "function" &&
    Symbol.iterator in value
  );
}
