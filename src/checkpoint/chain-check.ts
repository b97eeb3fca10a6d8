import { ByteWriter } from "../sim/byte-writer.ts";
import { xxh32 } from "../sim/hash.ts";

/** Check value of a sequence of check values: depends on each and on their order. */
export function chainCheck(checks: readonly number[]): number {
  const writer = new ByteWriter(4 + checks.length * 4);
  for (const check of checks) writer.u32(check);
  return xxh32(writer.finish());
}
