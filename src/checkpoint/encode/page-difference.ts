import type { Extent } from "../../memory/extent.ts";
import type { DifferenceForm } from "./page-form.ts";

/** A way to say what differs between two pages; its scratch memory is its own and used again. */
export interface PageDifference {
  readonly form: DifferenceForm;
  /** The payload lies here, from {@link PageDifference.start} on, until the next call. */
  readonly bytes: Uint8Array;
  /** First byte of the payload. */
  readonly start: number;
  /**
   * Makes the payload that turns the page at byte `baseOffset` of `base` into the one at
   * `nextOffset` of `next`.
   *
   * @returns Bytes of the payload; 0 when the pages are equal, −1 when the difference is too large.
   */
  encode(base: Extent, baseOffset: number, next: Extent, nextOffset: number): number;
}
