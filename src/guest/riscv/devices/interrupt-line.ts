/** A level-triggered wire from a device to an interrupt controller or a hart. */
export interface InterruptLine {
  /** Sets the level; the same level again changes nothing. */
  set(raised: boolean): void;
}
