import type { Nanoseconds } from "../sim/time.ts";

/** How far the replay of a log lags behind its recording, by batches: when each was taken to be sent. */
export class Lag {
  readonly #batches: { readonly position: number; readonly atNs: Nanoseconds }[] = [];
  #replayed = 0;

  /** A batch that ends at this position was sent. */
  sent(position: number, nowNs: Nanoseconds): void {
    const last = this.#batches.at(-1)?.position ?? this.#replayed;
    // Batches that are sent again are as old as they were.
    if (position > last) this.#batches.push({ position, atNs: nowNs });
  }

  /** Everything up to this position is replayed. */
  replayed(position: number): void {
    this.#replayed = Math.max(this.#replayed, position);
    const left = this.#batches.findIndex((batch) => batch.position > this.#replayed);
    this.#batches.splice(0, left < 0 ? this.#batches.length : left);
  }

  /** Age of the oldest batch that is not replayed; 0 if all are. */
  behindNs(nowNs: Nanoseconds): Nanoseconds {
    const [oldest] = this.#batches;
    return oldest === undefined ? 0 : nowNs - oldest.atNs;
  }
}
