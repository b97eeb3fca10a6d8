/** Why a page of memory is watched (`DirectTlb.watch`), a bit for each reason; 0x80 is the memory's. */

/** Instructions of it are decoded. */
export const WATCHED_CODE = 1;

/** A hart may hold a reservation in it. */
export const WATCHED_RESERVATION = 2;

/** It holds the word whose stores end a run. */
export const WATCHED_WORD = 4;
