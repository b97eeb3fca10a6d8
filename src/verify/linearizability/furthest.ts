/** An order of operations that cannot be continued, and the state that it ends in. */
export interface SearchPath {
  /** Numbers of operations. */
  readonly order: readonly number[];
  /** Number of the state. */
  readonly state: number;
}

/** States at the furthest frontier of which an order is kept; further ones are dropped. */
export const FURTHEST_PATHS_MAX = 8;

/** An order that shares its beginning with the first one that was kept. */
interface Branch {
  readonly shared: number;
  readonly rest: Int32Array;
  readonly state: number;
}

/**
 * Keeps, of the dead ends that a search comes to, those that explain the history furthest: one order
 * for each state there. What is copied is only what has changed since the last copy, so that keeping
 * costs no more than searching did.
 */
export class Furthest {
  /** The first order that was kept. */
  readonly #order: Int32Array;
  #length = 0;
  #state = 0;
  /** Operations at the beginning of the search's path that are still those of the kept order. */
  #shared = 0;
  #frontier = -1;
  #branches: Branch[] = [];

  /** @param lengthMax Operations in an order, at most. */
  constructor(lengthMax: number) {
    this.#order = new Int32Array(lengthMax);
  }

  /** The frontier that no order gets beyond, as far as the search has seen; -1 before the first. */
  get frontier(): number {
    return this.#frontier;
  }

  /** The search has gone back to so many operations. */
  shorten(depth: number): void {
    if (depth < this.#shared) this.#shared = depth;
  }

  /** The search has come to a dead end. @param path Its operations; copied as far as needed. */
  note(frontier: number, state: number, path: Int32Array, depth: number): void {
    if (frontier < this.#frontier) return;
    if (frontier > this.#frontier) {
      this.#order.set(path.subarray(this.#shared, depth), this.#shared);
      this.#length = depth;
      this.#shared = depth;
      this.#state = state;
      this.#frontier = frontier;
      this.#branches = [];
      return;
    }
    const branches = this.#branches;
    if (branches.length + 1 >= FURTHEST_PATHS_MAX || state === this.#state) return;
    if (branches.some((branch) => branch.state === state)) return;
    branches.push({ shared: this.#shared, rest: path.slice(this.#shared, depth), state });
  }

  /** The orders that were kept, longest first. */
  paths(): readonly SearchPath[] {
    if (this.#frontier < 0) return [];
    const first = Array.from(this.#order.subarray(0, this.#length));
    const branches = this.#branches.map(({ shared, rest, state }): SearchPath => {
      return { order: [...first.slice(0, shared), ...rest], state };
    });
    return [{ order: first, state: this.#state }, ...branches].sort(
      (a, b) => b.order.length - a.order.length,
    );
  }
}
