import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import type { EncodedPage } from "./encoded-page.ts";
import { IDENTICAL, RUNS, WHOLE, WORDS, ZERO } from "./page-form.ts";
import { patchRuns } from "./run-patch.ts";
import { patchWords } from "./word-patch.ts";

/**
 * Turns the page that a receiver has into the one that was encoded, in place. It cannot fail.
 *
 * @param encoded As `readEncodedPage` gives it.
 * @param target One page, anywhere in its buffer.
 */
export function patchPage({ form, payload }: EncodedPage, target: Uint8Array): void {
  assert(target.length === PAGE_SIZE, "a page is patched as a whole");
  switch (form) {
    case ZERO:
      target.fill(0);
      return;
    case WHOLE:
      target.set(payload);
      return;
    case WORDS:
      patchWords(payload, target);
      return;
    case RUNS:
      patchRuns(payload, target);
      return;
    case IDENTICAL:
      return;
  }
}

/**
 * As {@link patchPage}, into another page.
 *
 * @param base One page, which stays as it is unless it is the same bytes as `target`.
 */
export function decodeInto(encoded: EncodedPage, base: Uint8Array, target: Uint8Array): void {
  assert(base.length === PAGE_SIZE, "a difference is from a whole page");
  target.set(base);
  patchPage(encoded, target);
}
