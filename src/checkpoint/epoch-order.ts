/** What names a checkpoint: epochs count up within a term, terms count up. */
export interface OfEpoch {
  readonly term: number;
  readonly epoch: number;
}

/** Whether `a` names a later checkpoint than `b`: one of a later term, or of the same and a later epoch. */
export function isLater(a: OfEpoch, b: OfEpoch): boolean {
  return a.term > b.term || (a.term === b.term && a.epoch > b.epoch);
}

/** Whether both name the same checkpoint. */
export function isSame(a: OfEpoch, b: OfEpoch): boolean {
  return a.term === b.term && a.epoch === b.epoch;
}
