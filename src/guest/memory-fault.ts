import { StandinRangeError } from "../sim/errors.ts";

const FAULT_CODES: readonly string[] = ["ADDRESS_OUT_OF_RANGE", "PAGE_OUT_OF_RANGE"];

/** True for what an access outside the memory throws: a guest that makes one has faulted. */
export function isMemoryFault(thrown: unknown): boolean {
  return thrown instanceof StandinRangeError && FAULT_CODES.includes(thrown.code);
}
