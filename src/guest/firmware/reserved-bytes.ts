import { PAGE_SIZE } from "../../memory/page.ts";
import { StandinRangeError } from "../../sim/errors.ts";

/** Most memory that firmware keeps back. */
const RESERVED_BYTES_MAX = 268_435_456;

/**
 * Refuses what firmware cannot keep back.
 *
 * @throws StandinRangeError `RESERVED_BYTES` unless it is a multiple of 4,096 from 4 KiB to 256 MiB.
 */
export function expectReservedBytes(sizeBytes: number): void {
  const isWhole = Number.isSafeInteger(sizeBytes) && sizeBytes % PAGE_SIZE === 0;
  if (isWhole && sizeBytes >= PAGE_SIZE && sizeBytes <= RESERVED_BYTES_MAX) return;
  throw new StandinRangeError(
    "RESERVED_BYTES",
    `reservedBytes: expected a multiple of ${PAGE_SIZE} from ${PAGE_SIZE} to ${RESERVED_BYTES_MAX}, got ${sizeBytes}`,
  );
}
