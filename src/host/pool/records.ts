/** Which machine, which host, in which term. */
type OfTerm = { readonly machine: string; readonly host: string; readonly term: number };

/**
 * What a memory pool writes to the trace. Its own commits are `checkpoint.committed` records, with the
 * pool as the host: the committed version is what a successor goes on from.
 */
export type PoolRecord =
  /** Its first committed version is epoch 0; `host` may write it. */
  | ({
      readonly kind: "partition.made";
      readonly pool: string;
      readonly epoch: number;
      readonly pages: number;
      /** Reserved, for both versions. */
      readonly bytes: number;
      readonly digest: string;
    } & OfTerm)
  /** A host that the machine may run on. */
  | {
      readonly kind: "partition.host";
      readonly machine: string;
      readonly host: string;
      readonly pool: string;
    }
  | { readonly kind: "partition.lost"; readonly machine: string; readonly host: string }
  /** `silentNs`: how long the one before had not been heard. */
  | ({
      readonly kind: "access.given";
      readonly pool: string;
      readonly from: string;
      readonly silentNs: number;
    } & OfTerm)
  /** Somebody wrote, or wanted to, in a term that is over. */
  | ({ readonly kind: "access.refused"; readonly pool: string; readonly held: number } & OfTerm)
  | ({
      readonly kind: "checkpoint.committed";
      readonly epoch: number;
      readonly pages: number;
    } & OfTerm);
