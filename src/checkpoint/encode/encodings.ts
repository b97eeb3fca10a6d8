import { feedback, remusHybrid, runLengthXor, whole, wordDifference } from "./page-encodings.ts";

/** All ways in which pages may travel, by name. */
export const encodings: {
  readonly whole: typeof whole;
  readonly wordDifference: typeof wordDifference;
  readonly runLengthXor: typeof runLengthXor;
  readonly remusHybrid: typeof remusHybrid;
  readonly feedback: typeof feedback;
} = { whole, wordDifference, runLengthXor, remusHybrid, feedback };
