/** Defects of fences that can be switched on to show that the checks notice. */
export interface FenceDefects {
  /** Whoever suspects the other serves, without asking the witness. */
  readonly noWitness?: boolean;
  /** A host serves as soon as it has ordered its peer's power off, without waiting for the confirmation. */
  readonly fenceSkipped?: boolean;
  /** Two hosts that suspect each other shoot at once: nothing decides before who does. */
  readonly fenceRace?: boolean;
  /** The array takes writes with a key that was revoked. */
  readonly staleKeyAccepted?: boolean;
  /** The array gives the reservation to whoever preempts, whatever the term: there is no test before the set. */
  readonly preemptWithoutTest?: boolean;
}
