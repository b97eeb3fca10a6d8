/** Which machine, seen from which host, in which term, and where in its log. */
type AtPosition = {
  readonly machine: string;
  readonly host: string;
  readonly term: number;
  readonly position: number;
};

/** What recording and replaying write to the trace. Steps of the primary come first. */
export type LockstepRecord =
  // Primary
  /** The log goes on from the state of a checkpoint; position is the mark's. */
  | ({ readonly kind: "log.marked"; epoch: number } & AtPosition)
  /** For checks only: memory and registers after an entry. */
  | ({ readonly kind: "stretch.recorded"; digest: string } & AtPosition)
  | ({ readonly kind: "log.sent"; entries: number; bytes: number } & AtPosition)
  /** The virtual processor stands still until entries are acknowledged. */
  | ({ readonly kind: "log.full"; bytes: number } & AtPosition)
  | ({ readonly kind: "log.throttled"; sharePpm: number; lagNs: number } & AtPosition)
  /** What the machine sent at this position is an error. */
  | ({ readonly kind: "output.failed" } & AtPosition)
  // Secondary
  | ({ readonly kind: "log.stored"; entries: number } & AtPosition)
  | ({ readonly kind: "log.rejected"; reason: string } & AtPosition)
  /** The primary has told of an error in the output at this position. */
  | ({ readonly kind: "log.failed" } & AtPosition)
  | ({ readonly kind: "log.cut"; epoch: number } & AtPosition)
  | ({ readonly kind: "replay.started"; epoch: number } & AtPosition)
  | ({ readonly kind: "request.replayed"; client: number; number: number } & AtPosition)
  /** For checks only: memory and registers after an entry. */
  | ({ readonly kind: "stretch.replayed"; digest: string } & AtPosition)
  /** Of several processors, whose turns no log holds, it says how many there are. */
  | ({ readonly kind: "replay.diverged"; reason: string; processors?: number } & AtPosition)
  | ({ readonly kind: "replay.finished"; entries: number } & AtPosition)
  | ({ readonly kind: "shadow.paused"; errorPosition: number } & AtPosition);
