import { claimTerm } from "../term-claimant.ts";
import type { Fence } from "./fence.ts";

/**
 * Write-access revocation on a shared array (SCSI-3 persistent reservations): a claimant preempts its peer's
 * key by test-and-set of the term, and from then on the array refuses what the peer writes, whether it
 * lives, was cut off or stood still. To clients the peer is harmless as under the witness: it releases
 * nothing that its successor lacks, and asks the array before it serves on its own.
 */
export function storageReservation(): Fence {
  return {
    name: "storage-reservation",
    decider: "array",
    needsControllers: false,
    claim({ broken, ...party }, term) {
      return claimTerm({ ...party, withoutWitness: broken.noWitness === true }, term);
    },
  };
}
