/** Exceptions by their numbers in the privileged specification. */
const EXCEPTIONS: ReadonlyMap<number, string> = new Map([
  [0, "misaligned instruction address"],
  [1, "instruction access fault"],
  [2, "illegal instruction"],
  [3, "breakpoint"],
  [4, "misaligned load address"],
  [5, "load access fault"],
  [6, "misaligned store address"],
  [7, "store access fault"],
  [8, "environment call from user mode"],
  [11, "environment call from machine mode"],
  [20, "instruction guest-page fault"],
  [21, "load guest-page fault"],
  [23, "store guest-page fault"],
]);

const INTERRUPT = 0x8000_0000;

/** What a trap is called in the specification. @param cause As in `mcause`, 0 to 2^32 - 1. */
export function trapName(cause: number): string {
  if (cause >= INTERRUPT) return `interrupt ${cause - INTERRUPT}`;
  return EXCEPTIONS.get(cause) ?? `exception ${cause}`;
}
