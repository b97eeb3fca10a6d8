import { assert } from "../../sim/assert.ts";

const PPM = 1_000_000;

/** What of the results is counted. */
export type SimilarityMeasure = "packets" | "bytes";

/**
 * How similar the last results of two machines were: the part of them, in packets or bytes, that was the
 * same. Source: US11429466, a checkpoint if "the similarity is less than a predetermined amount".
 */
export class Similarity {
  readonly #measure: SimilarityMeasure;
  readonly #bytes: Float64Array;
  readonly #same: Uint8Array;
  #next = 0;
  #count = 0;

  /** @param windowPackets How many of the last results are looked at, from 1. */
  constructor(measure: SimilarityMeasure, windowPackets: number) {
    assert(windowPackets >= 1, "a window has room for a result");
    this.#measure = measure;
    this.#bytes = new Float64Array(windowPackets);
    this.#same = new Uint8Array(windowPackets);
  }

  /** Notes a result of so many bytes. */
  note(bytes: number, isSame: boolean): void {
    this.#bytes[this.#next] = this.#measure === "bytes" ? bytes : 1;
    this.#same[this.#next] = isSame ? 1 : 0;
    this.#next = (this.#next + 1) % this.#bytes.length;
    this.#count = Math.min(this.#count + 1, this.#bytes.length);
  }

  /** The part that was the same, in millionths; all of it before there is a result. */
  get ppm(): number {
    let [all, same] = [0, 0];
    for (let index = 0; index < this.#count; index += 1) {
      all += this.#bytes[index]!;
      if (this.#same[index] === 1) same += this.#bytes[index]!;
    }
    return all === 0 ? PPM : Math.floor((same * PPM) / all);
  }

  /**
   * Forgets all results: after a checkpoint the machines are the same (US11641395; counters that went on
   * past a checkpoint let COLO throttle its guests for ever).
   */
  reset(): void {
    this.#next = 0;
    this.#count = 0;
  }
}
