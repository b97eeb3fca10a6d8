import { adaptive } from "./adaptive.ts";
import { dirtyPages } from "./dirty-pages.ts";
import { firstOf } from "./first-of.ts";
import { fixedInterval } from "./fixed-interval.ts";
import { heldOutput } from "./held-output.ts";
import { lowPrioritySlots } from "./low-priority-slots.ts";
import { onRequest } from "./on-request.ts";

/** All triggers of checkpoints, by name. */
export const triggers: {
  readonly fixedInterval: typeof fixedInterval;
  readonly adaptive: typeof adaptive;
  readonly dirtyPages: typeof dirtyPages;
  readonly heldOutput: typeof heldOutput;
  readonly onRequest: typeof onRequest;
  readonly lowPrioritySlots: typeof lowPrioritySlots;
  readonly firstOf: typeof firstOf;
} = { fixedInterval, adaptive, dirtyPages, heldOutput, onRequest, lowPrioritySlots, firstOf };
