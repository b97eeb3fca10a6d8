import { StandinRangeError } from "../../sim/errors.ts";
import type { Fence } from "./fence.ts";
import { type PowerFenceOptions, powerFence } from "./power-fence.ts";
import { storageReservation } from "./storage-reservation.ts";
import { witnessFence } from "./witness-fence.ts";

/** The ways of making sure that one host serves. */
export const fences: {
  /** A witness decides; the default. */
  readonly witness: () => Fence;
  /** A shared array decides, and refuses the writes of whoever was preempted. */
  readonly storageReservation: () => Fence;
  /** The peer's power is cut, by the controller of its host, before the claimant serves. */
  readonly power: (options?: PowerFenceOptions) => Fence;
} = { witness: witnessFence, storageReservation, power: powerFence };

/** A fence as plain data names it, with its default options. */
export interface NamedFence {
  /** One line that says what makes the old primary harmless. */
  readonly about: string;
  readonly make: () => Fence;
}

/** Fences by name; the first is the default. */
export const fenceCatalogue: Readonly<Record<string, NamedFence>> = {
  witness: {
    about: "a witness names one host in each term; the other holds its output and asks first",
    make: witnessFence,
  },
  "storage-reservation": {
    about: "a shared array does so, and refuses what the other writes with its revoked key",
    make: storageReservation,
  },
  power: {
    about: "a witness names one host, which has the other's power cut before it serves",
    make: powerFence,
  },
  "power-head-start": {
    about: "whoever has the other's power cut first; the stand-by gives its primary a head start",
    make: () => powerFence({ decision: "head-start" }),
  },
  "power-else-witness": {
    about: "as power; if nobody confirms that the power is off the witness's word is enough",
    make: () => powerFence({ unconfirmed: "serve" }),
  },
};

/** Every name that {@link fenceNamed} knows. */
export const fenceNames: readonly string[] = Object.keys(fenceCatalogue);

/**
 * The fence of a name, with its default options.
 *
 * @throws StandinRangeError `FENCE_NAME` for a name that is not in {@link fenceNames}.
 */
export function fenceNamed(name: string): Fence {
  const named = Object.hasOwn(fenceCatalogue, name) ? fenceCatalogue[name] : undefined;
  if (named !== undefined) return named.make();
  throw new StandinRangeError(
    "FENCE_NAME",
    `fence: expected one of ${fenceNames.join(", ")}, got "${name}"`,
  );
}
