import type { PooledDefects, PooledScheme } from "../cluster/pool/pooled-scheme.ts";
import type { MemoryPool } from "../host/pool/memory-pool.ts";
import { expectWhole } from "../sim/expect-whole.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";

/** Settings of pooled memory. */
export interface PooledOptions {
  /** Where the machine's memory is; made by `sim.pool()`. */
  readonly pool: MemoryPool;
  /** From the start of one epoch to the start of the next. Default 25 ms, as of checkpoints. */
  readonly interval?: Nanoseconds;
  /**
   * By how many millionths clocks may differ before a holder that is cut off may be replaced while it still
   * runs, which is safe but wasteful. Default 10,000: one per cent; crystals keep to a few hundred.
   */
  readonly driftMarginPpm?: number;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: PooledDefects;
}

/** Most that a margin takes of a lease: half. */
const MARGIN_PPM_MAX = 500_000;

/**
 * The machine's memory lives in a pool that all hosts reach: the primary writes it, the secondary reads it,
 * and at a failover write access changes hands and nothing is copied. The detection's time-out is the length
 * of the lease.
 *
 * Source: US9996440, with the write access of US10275272 as detection and fence.
 *
 * @throws StandinRangeError `POOLED_OPTION` for a number that is not whole or out of range.
 */
export function pooled(options: PooledOptions): PooledScheme {
  const { pool, interval = ms(25), driftMarginPpm = 10_000, broken = {} } = options;
  expectWhole("POOLED_OPTION", "interval", interval, 1);
  expectWhole("POOLED_OPTION", "driftMarginPpm", driftMarginPpm, 0, MARGIN_PPM_MAX);
  return { name: "pooled", pool, intervalNs: interval, driftMarginPpm, broken };
}
