/** Defects of encoding that can be switched on one by one, to show that the checks notice. */
export interface EncodeDefects {
  /** A difference that is sent leaves the kept copy as it was: the next one is from the wrong base. */
  readonly staleBase?: boolean;
  /** Kept copies, and the list of feedback, survive the loss of protection. */
  readonly keepAfterLoss?: boolean;
  /** All machines share kept copies and the list of feedback. */
  readonly sharedList?: boolean;
}

/** Defects of applying. */
export interface ApplyDefects {
  /** The XOR of a difference is applied twice, which undoes it. */
  readonly xorTwice?: boolean;
}
