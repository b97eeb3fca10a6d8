import { StandinRangeError } from "../../../../sim/errors.ts";

/**
 * Refuses bytes that no device wrote.
 *
 * @param expected What stands here in the state of every device.
 * @param got What stands here.
 * @throws `StandinRangeError` `GUEST_REGISTERS` if `condition` is false.
 */
export function expectState(
  condition: boolean,
  expected: string,
  got: number | string,
): asserts condition {
  if (condition) return;
  throw new StandinRangeError("GUEST_REGISTERS", `virtio: expected ${expected}, got ${got}`);
}
