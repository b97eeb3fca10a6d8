/** Some of a checkpoint's pages. */
export const GROUP = 1;

/** The end of a checkpoint. */
export const COMMIT = 2;

/** A checkpoint has arrived. */
export const ACKNOWLEDGE = 3;

/** A checkpoint is refused. */
export const REJECT = 4;

/** A checkpoint has arrived, and what was found out about pages. */
export const ACKNOWLEDGE_WITH_FEEDBACK = 5;

/** The end of a checkpoint that is a part of the first copy only. */
export const PARTIAL_COMMIT = 6;

/** A checkpoint is about to be taken. */
export const PREPARE = 7;

/** The secondary has come to rest. */
export const READY = 8;

/** A table of contents. */
export const CONTENTS = 9;

/** Groups that have not arrived. */
export const MISSING = 10;
