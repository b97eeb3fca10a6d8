import { claimTerm } from "../term-claimant.ts";
import type { Fence } from "./fence.ts";

/**
 * The witness decides, by test-and-set of a term (VMware FT does it on shared storage); what makes the
 * other harmless is that it asks, too, before it does what it could not take back.
 */
export function witnessFence(): Fence {
  return {
    name: "witness",
    decider: "witness",
    needsControllers: false,
    claim({ broken, ...party }, term) {
      return claimTerm({ ...party, withoutWitness: broken.noWitness === true }, term);
    },
  };
}
