import { assert } from "../sim/assert.ts";
import type { Chunk, ChunkOutcomes, SentOutcome } from "./message.ts";
import type { SentError } from "./sent-error.ts";

/** Most runs that are dealt out beyond the first one that is not back; further ones have to wait. */
export const AHEAD_MAX = 4_096;

/** How long a worker is to be busy with a chunk: long beside a message, short beside a person's patience. */
const CHUNK_MS = 50;

/** What came of the next run, or what it threw. */
export type DealtOutcome =
  | { readonly index: number; readonly outcome: SentOutcome }
  | { readonly index: number; readonly error: SentError };

/**
 * Deals the runs of a sweep out in order, in chunks, and gives back what came of them in order, however
 * the workers overtake each other. How long a chunk is decides nothing but the speed.
 */
export class ChunkDealer {
  readonly #size: number;
  readonly #workers: number;
  /** Chunks that are back before one that comes first, by the number of their first run. */
  readonly #early = new Map<number, ChunkOutcomes>();
  #present: ChunkOutcomes | undefined;
  #count = 1;
  #dealt = 0;
  #given = 0;

  /** @param size Runs of the sweep. */
  constructor(size: number, workers: number) {
    this.#size = size;
    this.#workers = workers;
  }

  /** True when what came of every run was given back. */
  get isDone(): boolean {
    return this.#given === this.#size;
  }

  /** The next chunk; undefined when there is none, or too many runs wait for an earlier one. */
  deal(): Chunk | undefined {
    const first = this.#dealt;
    const left = this.#size - first;
    const room = AHEAD_MAX - (first - this.#given);
    if (left === 0 || room <= 0) return undefined;
    // Towards the end chunks get shorter, so that all workers end together.
    const share = Math.ceil(left / (2 * this.#workers));
    const count = Math.min(this.#count, left, room, share);
    this.#dealt += count;
    return { first, count };
  }

  /** Takes what a worker made of a chunk. */
  take(outcomes: ChunkOutcomes): void {
    assert(outcomes.first >= this.#given, "no chunk comes back twice");
    assert(outcomes.first < this.#dealt, "only what was dealt out comes back");
    this.#early.set(outcomes.first, outcomes);
    const made = outcomes.outcomes.length;
    if (made === 0) return;
    const fitting = Math.floor((made * CHUNK_MS) / Math.max(outcomes.elapsedMs, 0.001));
    this.#count = Math.max(1, Math.min(fitting, 2 * this.#count));
  }

  /** What came of the next run, once it is known. */
  next(): DealtOutcome | undefined {
    const index = this.#given;
    this.#present ??= this.#claim(index);
    if (this.#present === undefined) return undefined;
    const { first, outcomes, error } = this.#present;
    const outcome = outcomes[index - first];
    if (outcome === undefined) {
      assert(error !== undefined, "a chunk is whole unless a run threw");
      return { index, error };
    }
    this.#given += 1;
    if (index - first === outcomes.length - 1 && error === undefined) this.#present = undefined;
    return { index, outcome };
  }

  #claim(first: number): ChunkOutcomes | undefined {
    const chunk = this.#early.get(first);
    this.#early.delete(first);
    return chunk;
  }
}
