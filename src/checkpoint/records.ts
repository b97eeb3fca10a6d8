/** Names the checkpoint a record is about: epochs count up within a term. */
type OfEpoch = {
  readonly machine: string;
  readonly host: string;
  readonly term: number;
  readonly epoch: number;
};

/** Names what output belongs to. */
type OfOutput = OfEpoch & { readonly log?: true };

/**
 * What the checkpoint layer writes to the trace. Steps of the primary come first, those of the
 * secondary next, those of the output gate last; each is also a named point of its protocol.
 */
export type CheckpointRecord =
  // Primary
  | ({ readonly kind: "synchronisation.started" } & OfEpoch)
  | ({ readonly kind: "synchronisation.round"; round: number; pages: number } & OfEpoch)
  | ({ readonly kind: "checkpoint.started" } & OfEpoch)
  | ({ readonly kind: "forwarding.round"; round: number; pages: number } & OfEpoch)
  | ({ readonly kind: "brownout.round"; round: number; pages: number } & OfEpoch)
  | ({ readonly kind: "quiesce.started"; part: string } & OfEpoch)
  | ({ readonly kind: "quiesce.reached"; part: string; inTime: boolean } & OfEpoch)
  | ({ readonly kind: "checkpoint.paused" } & OfEpoch)
  | ({ readonly kind: "checkpoint.collected"; pages: number } & OfEpoch)
  | ({ readonly kind: "checkpoint.copied"; pages: number; digest: string } & OfEpoch)
  | ({ readonly kind: "checkpoint.resumed"; pauseNs: number } & OfEpoch)
  | ({ readonly kind: "bring-up.group"; left: number } & OfEpoch)
  | ({ readonly kind: "group.sent"; group: number; pages: number; bytes: number } & OfEpoch)
  | ({ readonly kind: "commit.sent"; pages: number; bytes: number } & OfEpoch)
  | ({ readonly kind: "checkpoint.acknowledged"; pages: number; bytes: number } & OfEpoch)
  | ({ readonly kind: "checkpoint.aborted"; reason: string } & OfEpoch)
  // Secondary
  | ({ readonly kind: "group.staged"; group: number; pages: number } & OfEpoch)
  | ({ readonly kind: "group.swapped"; group: number; pages: number } & OfEpoch)
  | ({ readonly kind: "swap.undone"; pages: number } & OfEpoch)
  | ({ readonly kind: "groups.missing"; groups: number } & OfEpoch)
  | ({ readonly kind: "checkpoint.committed"; pages: number } & OfEpoch)
  | ({ readonly kind: "bring-up.committed"; pages: number } & OfEpoch)
  | ({ readonly kind: "acknowledgement.sent" } & OfEpoch)
  | ({ readonly kind: "group.applied"; pages: number; left: number } & OfEpoch)
  | ({ readonly kind: "checkpoint.applied"; pages: number; digest: string } & OfEpoch)
  | ({ readonly kind: "bring-up.applied"; pages: number } & OfEpoch)
  | ({ readonly kind: "disk.flushed"; pages: number } & OfEpoch)
  | ({ readonly kind: "ready.sent" } & OfEpoch)
  | ({ readonly kind: "checkpoint.rejected"; reason: string } & OfEpoch)
  | ({ readonly kind: "checkpoint.discarded"; groups: number } & OfEpoch)
  // Output gate: of a machine whose log is replayed epochs are positions of the log, and `log` says so
  | ({ readonly kind: "output.bypass-allowed"; client: number } & OfOutput)
  | ({ readonly kind: "output.bypassed"; bytes: number; client: number } & OfOutput)
  /** `deferred` only on packets that hurry no checkpoint. */
  | ({ readonly kind: "output.held"; bytes: number; deferred?: true } & OfOutput)
  | ({ readonly kind: "output.released"; bytes: number; protected: boolean } & OfOutput)
  | ({ readonly kind: "output.discarded"; bytes: number; reason: string } & OfOutput);
