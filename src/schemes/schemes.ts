import { checkpoint } from "./checkpoint.ts";
import { hybrid } from "./hybrid.ts";
import { remus } from "./remus.ts";
import { shadow } from "./shadow.ts";
import { vmwareFt } from "./vmware-ft.ts";

/** All protection schemes, by name. */
export const schemes: {
  readonly checkpoint: typeof checkpoint;
  readonly remus: typeof remus;
  readonly vmwareFt: typeof vmwareFt;
  readonly hybrid: typeof hybrid;
  readonly shadow: typeof shadow;
} = { checkpoint, remus, vmwareFt, hybrid, shadow };
