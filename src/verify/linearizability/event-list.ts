/**
 * Events 1, 2, 3, … in order, as a doubly linked list from which some are taken out and put back in
 * the reverse order (Knuth's dancing links; Porcupine's entries). Place 0 stands before the first
 * event, the place behind the last event is the end.
 */
export class EventList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #isCall: Uint8Array;
  /** The place behind the last event. */
  readonly end: number;

  /** @param isCall By event, 0 for the end; the caller keeps it and does not change it. */
  constructor(eventCount: number, isCall: Uint8Array) {
    this.end = eventCount + 1;
    this.#isCall = isCall;
    this.#next = new Int32Array(eventCount + 2);
    this.#previous = new Int32Array(eventCount + 2);
    for (let event = 0; event <= this.end; event += 1) {
      this.#next[event] = event + 1;
      this.#previous[event] = event - 1;
    }
  }

  /** The event behind one that is in the list, or behind place 0. */
  after(event: number): number {
    return this.#next[event]!;
  }

  /** The first return in the list at or behind an event of the list; the end if there is none. */
  firstReturn(from: number): number {
    let event = from;
    while (this.#isCall[event] === 1) event = this.#next[event]!;
    return event;
  }

  /** Takes an event out. */
  remove(event: number): void {
    const next = this.#next[event]!;
    const previous = this.#previous[event]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  /** Puts back the event that was taken out last of those that are out. */
  restore(event: number): void {
    this.#next[this.#previous[event]!] = event;
    this.#previous[this.#next[event]!] = event;
  }
}
