import type { MemoryPool } from "../../host/pool/memory-pool.ts";
import type { PoolDefects } from "../../host/pool/partition.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** A way to protect machines without a stream between hosts: their memory lives in a pool. */
export interface PooledScheme {
  readonly name: "pooled";
  readonly pool: MemoryPool;
  /** From the start of one epoch to the start of the next, on the host's clock. */
  readonly intervalNs: Nanoseconds;
  /**
   * How much faster the pool's clock may run than a host's, in millionths: by so much a holder takes its
   * lease for shorter than the pool does. A larger drift costs politeness, never safety.
   */
  readonly driftMarginPpm: number;
  readonly broken: PooledDefects;
}

/** Defects of pooled memory that can be switched on to show that the checks notice. */
export interface PooledDefects extends PoolDefects {
  /** Output leaves when the epoch is written, before the pool has confirmed the commit. */
  readonly releaseBeforeCommit?: boolean;
}
