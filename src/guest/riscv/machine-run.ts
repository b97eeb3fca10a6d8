import type { HaltReason } from "./hart.ts";

/**
 * Why a machine came back from running:
 *
 * - `limit`: it has used all ticks and may go on;
 * - `idle`: all harts wait and nothing will wake them but input;
 * - `power-off`: it was switched off, with a code of 0 to 65535; `reset` if it asked to be started anew;
 * - `halted`: a hart met a trap that nothing handles;
 * - `tohost`: the program wrote something other than 0 to the word that it calls `tohost`. A test of
 *   RISC-V's suite has passed if that is 1; an odd value is an exit with code `value >>> 1`.
 *
 * After the last three the machine stays as it is, and running it again says the same.
 */
export type MachineRun =
  | { readonly reason: "limit" }
  | { readonly reason: "idle" }
  | { readonly reason: "power-off"; readonly code: number; readonly reset: boolean }
  | { readonly reason: "halted"; readonly hart: number; readonly halt: HaltReason }
  | { readonly reason: "tohost"; readonly value: number };
