import { afterArrival, swapping } from "./apply.ts";

/** All ways to apply a checkpoint, by name. */
export const applying: {
  readonly afterArrival: typeof afterArrival;
  readonly swapping: typeof swapping;
} = { afterArrival, swapping };
