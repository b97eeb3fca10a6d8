/** Mistakes in starting protection that can be switched on to show that the checks notice. */
export interface StartDefects {
  /** What the processor had cached before the system became a guest stays, and no invalidation reaches it. */
  readonly translationsKept?: boolean;
  /** The translation tables are put below the reserved range, where the guest's memory is. */
  readonly tablesOutside?: boolean;
  /** The machine counts as mirrored when the blackout is over, before its pages are committed. */
  readonly mirroredEarly?: boolean;
}
