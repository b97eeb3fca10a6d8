/** Longer runs are copied by the engine, shorter ones byte by byte: making a view costs as much. */
const SHORT_RUN_BYTES = 64;

/** Copies `length` bytes from `start` of `from` to `at` of `to`. */
export function copyRun(
  from: Uint8Array,
  start: number,
  to: Uint8Array,
  at: number,
  length: number,
): void {
  if (length > SHORT_RUN_BYTES) {
    to.set(from.subarray(start, start + length), at);
    return;
  }
  for (let step = 0; step < length; step += 1) to[at + step] = from[start + step]!;
}
