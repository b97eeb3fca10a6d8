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

/** First byte of a stretch, with the bits that follow. */
export const STRETCH = 1;

/** At its end nothing is left to do. */
export const IDLE = 2;

/** It has an input. */
export const WITH_INPUT = 4;

/** It has answers of services. */
export const WITH_ANSWERS = 8;

/** It has a count of instructions. */
export const WITH_INSTRUCTIONS = 16;

/** First byte of an answer: a time. */
export const CLOCK = 0;

/** First byte of an answer: 32 bits. */
export const RANDOM = 1;

/** First byte of an answer: bytes of a disk. */
export const DISK = 2;

/** Positions and times take two words. */
export const WORD = 0x1_0000_0000;
