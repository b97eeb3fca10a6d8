import type { Extent } from "../../memory/extent.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import { ChangedWords } from "./changed-words.ts";
import type { PageDifference } from "./page-difference.ts";
import { RUNS } from "./page-form.ts";
import { copyRun } from "./run-copy.ts";

/** Bytes that a run's length takes at most: two times seven bits hold up to 16,383. */
const LENGTH_BYTES_MAX = 2;

/**
 * Run-length XOR, byte for byte what XBZRLE of QEMU makes: runs of equal bytes (XOR zero) and runs of
 * unequal ones in turns, each preceded by its length as ULEB128 of one or two bytes, the unequal
 * ones followed by their new contents. Equal bytes at the end are left out.
 *
 * Source: QEMU's documentation of XBZRLE (format, golden vector, results for identical pages and
 * overflow); Remus (NSDI'08), section 4, for XOR and run length on checkpoints.
 */
export class RunLength implements PageDifference {
  readonly form: typeof RUNS = RUNS;
  readonly bytes: Uint8Array = new Uint8Array(PAGE_SIZE);
  readonly start = 0;
  readonly #changed = new ChangedWords(4);
  readonly #maxBytes: number;
  /** Bytes of {@link RunLength.bytes} that may be used, and that are. */
  readonly #room: number;
  #written = 0;
  /** Where in the page the last run written ends. */
  #end = 0;

  /** @param maxBytes Longest payload, at most a page. */
  constructor(maxBytes: number) {
    assert(maxBytes <= PAGE_SIZE, "a difference is never longer than the page");
    this.#maxBytes = maxBytes;
    // a payload that fits may need the room of one more length to be found out
    this.#room = Math.min(PAGE_SIZE, maxBytes + LENGTH_BYTES_MAX);
  }

  /**
   * As `PageDifference` says. With a page of room the result is −1 exactly where QEMU's is: when less
   * than a length's two bytes are left before the end of the page is reached, or a run does not fit.
   */
  encode(base: Extent, baseOffset: number, next: Extent, nextOffset: number): number {
    if (this.#changed.mark(base, baseOffset, next, nextOffset) === 0) return 0;
    this.#written = 0;
    this.#end = 0;
    if (!this.#writeRuns(base, baseOffset, next, nextOffset)) return -1;
    // where equal bytes are left, their length is looked at before they are left out
    const needed = this.#written + (this.#end < PAGE_SIZE ? LENGTH_BYTES_MAX : 0);
    return needed > this.#room || this.#written > this.#maxBytes ? -1 : this.#written;
  }

  #writeRuns(base: Extent, baseOffset: number, next: Extent, nextOffset: number): boolean {
    const { bitmap } = this.#changed;
    // the run that grows
    let start = 0;
    let end = 0;
    for (let index = 0; index < bitmap.length; index += 1) {
      for (let bits = bitmap[index]!; bits !== 0; bits &= bits - 1) {
        const at = 128 * index + 4 * (31 - Math.clz32(bits & -bits));
        const difference =
          base.words[(baseOffset + at) >>> 2]! ^ next.words[(nextOffset + at) >>> 2]!;
        // true exactly when one of the four bytes is zero, whatever their order
        const isPartly = ((difference - 0x0101_0101) & ~difference & 0x8080_8080) !== 0;
        const step = isPartly ? 1 : 4;
        for (let byte = at; byte < at + 4; byte += step) {
          if (base.bytes[baseOffset + byte] === next.bytes[nextOffset + byte]) continue;
          if (byte !== end) {
            if (!this.#writeRun(next.bytes, nextOffset, start, end)) return false;
            start = byte;
          }
          end = byte + step;
        }
      }
    }
    return this.#writeRun(next.bytes, nextOffset, start, end);
  }

  /** Writes the equal bytes since the last run, and the unequal ones from `start` to `end`. */
  #writeRun(page: Uint8Array, pageStart: number, start: number, end: number): boolean {
    const length = end - start;
    // nothing is unequal before the first run
    if (length === 0) return true;
    assert(start >= this.#end && end <= PAGE_SIZE, "runs follow each other within the page");
    if (this.#written + LENGTH_BYTES_MAX > this.#room) return false;
    this.#writeLength(start - this.#end);
    if (this.#written + LENGTH_BYTES_MAX > this.#room) return false;
    this.#writeLength(length);
    if (this.#written + length > this.#room) return false;
    copyRun(page, pageStart + start, this.bytes, this.#written, length);
    this.#written += length;
    this.#end = end;
    return true;
  }

  #writeLength(length: number): void {
    if (length < 0x80) {
      this.bytes[this.#written] = length;
      this.#written += 1;
      return;
    }
    this.bytes[this.#written] = (length & 0x7f) | 0x80;
    this.bytes[this.#written + 1] = length >>> 7;
    this.#written += 2;
  }
}
