import { activeActive } from "./active-active.ts";
import { checkpoint } from "./checkpoint.ts";
import { colo } from "./colo.ts";
import { hybrid } from "./hybrid.ts";
import { pooled } from "./pooled.ts";
import { quasiLockstep } from "./quasi-lockstep.ts";
import { remus } from "./remus.ts";
import { shadow } from "./shadow.ts";
import { vmwareFt } from "./vmware-ft.ts";

/** All protection schemes, by name. */
export const schemes: {
  readonly checkpoint: typeof checkpoint;
  readonly remus: typeof remus;
  readonly colo: typeof colo;
  readonly activeActive: typeof activeActive;
  readonly quasiLockstep: typeof quasiLockstep;
  readonly vmwareFt: typeof vmwareFt;
  readonly hybrid: typeof hybrid;
  readonly shadow: typeof shadow;
  readonly pooled: typeof pooled;
} = { checkpoint, remus, colo, activeActive, quasiLockstep, vmwareFt, hybrid, shadow, pooled };
