import type { ClusterDefects } from "./protection.ts";

/** Who keeps the terms of machines by test-and-set: a witness, or an array that stands in its place. */
export interface TermKeeper {
  /**
   * Enters a machine that `holder` serves in term 1: configuration, made before anything can fail.
   *
   * @throws StandinRangeError `MACHINE_EXISTS` when the machine is entered already.
   */
  register(machine: string, holder: string, broken?: ClusterDefects): void;
}
