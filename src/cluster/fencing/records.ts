/** Which machine, seen from which host, in which term. */
type OfTerm = { readonly machine: string; readonly host: string; readonly term: number };

/** What fences write to the trace, beside the decisions of a witness or an array. */
export type FencingRecord =
  /** How a machine is fenced, where it is not by the witness alone; `decider` is a host, or `"nobody"`. */
  | ({
      readonly kind: "fence.installed";
      fence: string;
      decider: string;
      /** Whether a claimant's peer has to be off before it serves. */
      mustConfirm: boolean;
    } & OfTerm)
  /** Without this host the fence may not come to a decision. */
  | ({ readonly kind: "fence.needs"; on: string } & OfTerm)
  | ({ readonly kind: "power.ordered"; peer: string } & OfTerm)
  /** At the controller: `host` has no power any more, by order of `by`. */
  | ({ readonly kind: "power.cut"; by: string } & OfTerm)
  | ({ readonly kind: "power.confirmed"; peer: string } & OfTerm)
  | ({ readonly kind: "power.unconfirmed"; peer: string } & OfTerm)
  /** The peer is not shot: it stands back by agreement, and somebody else has decided. */
  | ({ readonly kind: "power.spared"; peer: string } & OfTerm)
  /** At the array: a page of a machine's disk was written by `host` with its key of `term`, or was not. */
  | ({ readonly kind: "array.written"; page: number } & OfTerm)
  | ({ readonly kind: "array.refused"; page: number; held: number; holder: string } & OfTerm);
