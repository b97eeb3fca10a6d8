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

/** Names of fences as plain data gives them, each with its default options. */
const FENCES_BY_NAME: Readonly<Record<string, () => Fence>> = {
  witness: witnessFence,
  "storage-reservation": storageReservation,
  power: powerFence,
  "power-head-start": () => powerFence({ decision: "head-start" }),
  "power-else-witness": () => powerFence({ unconfirmed: "serve" }),
};

/** Every name that {@link fenceNamed} knows. */
export const fenceNames: readonly string[] = Object.keys(FENCES_BY_NAME);

/**
 * The fence of a name, with its default options.
 *
 * @throws StandinRangeError `FENCE_NAME` for a name that is not in {@link fenceNames}.
 */
export function fenceNamed(name: string): Fence {
  const make = Object.hasOwn(FENCES_BY_NAME, name) ? FENCES_BY_NAME[name] : undefined;
  if (make !== undefined) return make();
  throw new StandinRangeError(
    "FENCE_NAME",
    `fence: expected one of ${fenceNames.join(", ")}, got "${name}"`,
  );
}
