/** A duplication of a machine, as seen from a host. */
type OfDuplication = {
  readonly machine: string;
  readonly host: string;
  readonly operation: number;
};

/**
 * What a duplication writes to the trace. `machine` is the source, but where a duplicate serves under
 * its own address.
 */
export type DuplicationRecord =
  | ({ readonly kind: "duplication.started"; targets: number } & OfDuplication)
  | ({ readonly kind: "duplication.paused" } & OfDuplication)
  | ({ readonly kind: "duplication.copied"; pages: number; digest: string } & OfDuplication)
  | ({ readonly kind: "duplication.resumed"; pauseNs: number } & OfDuplication)
  | ({ readonly kind: "duplication.abandoned"; reason: string } & OfDuplication)
  | ({ readonly kind: "duplication.sent"; to: string } & OfDuplication)
  | ({ readonly kind: "duplication.finished" } & OfDuplication)
  // At a target
  | ({ readonly kind: "duplication.accepted"; address: string; profile: string } & OfDuplication)
  | ({ readonly kind: "duplication.received"; digest: string; profile: string } & OfDuplication)
  | ({ readonly kind: "duplication.configured"; address: string; hostName: string } & OfDuplication)
  | ({
      readonly kind: "duplication.serving";
      term: number;
      source: string;
      from: string;
    } & OfDuplication)
  | ({ readonly kind: "duplication.failed"; reason: string } & OfDuplication);
