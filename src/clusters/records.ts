/** What an operator of a planned cluster writes to the trace. */
export type OperationRecord = {
  readonly kind: "operation.done";
  readonly operation: string;
  /** Name of the host or machine that it is about; empty without one. */
  readonly about: string;
  /** Why it was refused; empty if it was not. */
  readonly refusal: string;
};
