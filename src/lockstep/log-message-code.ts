/** Entries. */
export const BATCH = 1;

/** How far the secondary is. */
export const STORED = 2;

/** Entries that have not arrived. */
export const MISSING = 3;

/** The replay has diverged. */
export const DIVERGED = 4;

/** Output shows an error. */
export const ERROR = 5;

/** First byte of a mark. */
export const MARK = 0;

/** Bits of the first byte of a stretch. */
export const STRETCH = 1;
export const IDLE = 2;
export const WITH_INPUT = 4;
export const WITH_ANSWERS = 8;
export const WITH_INSTRUCTIONS = 16;

/** First byte of an answer. */
export const CLOCK = 0;
export const RANDOM = 1;

/** Positions and times take two words. */
export const WORD = 0x1_0000_0000;
