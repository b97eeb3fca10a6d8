/** What the exit code of every command means. */
export const EXIT: {
  /** Everything that was checked held. */
  readonly clean: 0;
  /** An invariant did not hold. */
  readonly violated: 1;
  /** The command line asked for something that cannot be; nothing was done. */
  readonly usage: 2;
  /** It was given up or stopped on the way, and nothing wrong had been found. */
  readonly incomplete: 3;
  /** The run itself could not be finished: a defect of the library or of the scenario. */
  readonly failed: 70;
  /** Interrupted by the user; nothing was written. */
  readonly interrupted: 130;
} = { clean: 0, violated: 1, usage: 2, incomplete: 3, failed: 70, interrupted: 130 };
