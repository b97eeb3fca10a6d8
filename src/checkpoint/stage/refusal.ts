/** Why a checkpoint is refused. */
export type Refusal =
  | "missing group"
  | "missing contents"
  | "wrong contents"
  | "wrong epoch"
  | "wrong check value"
  | "page outside memory"
  | "regions do not match"
  | "damaged message"
  | "partial after complete";
