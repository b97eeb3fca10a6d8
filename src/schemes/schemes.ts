import { activeActive } from "./active-active.ts";
import { checkpoint } from "./checkpoint.ts";
import { colo } from "./colo.ts";
import { quasiLockstep } from "./quasi-lockstep.ts";

/** All protection schemes, by name. */
export const schemes: {
  readonly checkpoint: typeof checkpoint;
  readonly colo: typeof colo;
  readonly activeActive: typeof activeActive;
  readonly quasiLockstep: typeof quasiLockstep;
} = { checkpoint, colo, activeActive, quasiLockstep };
