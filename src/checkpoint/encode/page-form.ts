/** Nothing but zeros; no payload. */
export const ZERO = 0;

/** The page itself. */
export const WHOLE = 1;

/** The words that differ from what the receiver has: see `word-difference.ts`. */
export const WORDS = 2;

/** The bytes that differ, run by run: see `run-length.ts`. */
export const RUNS = 3;

/** What the receiver has; no payload. */
export const IDENTICAL = 4;

/** How the contents of a page travel. */
export type PageForm = typeof ZERO | typeof WHOLE | typeof WORDS | typeof RUNS | typeof IDENTICAL;

/** Forms whose payload only says what differs from the page that the receiver has. */
export type DifferenceForm = typeof WORDS | typeof RUNS;

/** Names of the forms for reports, each at its number. */
export const PAGE_FORM_NAMES: readonly ["zero", "whole", "words", "runs", "identical"] = [
  "zero",
  "whole",
  "words",
  "runs",
  "identical",
];
