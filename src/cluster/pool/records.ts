/** Which machine, seen from which host, in which term. */
type OfTerm = { readonly machine: string; readonly host: string; readonly term: number };

/** What hosts that share a memory pool write to the trace, beside what all clusters do. */
export type PooledRecord =
  /** A host has the partition mapped read-only, and may take it over. */
  | ({ readonly kind: "stand-by.mapped"; readonly pool: string } & OfTerm)
  /** The host that serves hears that its secondary has not been heard by the pool. */
  | ({ readonly kind: "secondary.lost"; readonly secondary: string } & OfTerm)
  /** By its own clock a host may not serve any more until the pool has answered; and may again. */
  | ({ readonly kind: "lease.lapsed" } & OfTerm)
  | ({ readonly kind: "lease.regained" } & OfTerm)
  /** A processor stands still because its memory does not answer. */
  | ({ readonly kind: "memory.stalled" } & OfTerm)
  /** The pool has lost the machine, and so has everybody. */
  | ({ readonly kind: "machine.lost"; readonly pool: string } & OfTerm);
