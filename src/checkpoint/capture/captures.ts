import { brownout } from "./brownout.ts";
import { copyOnWrite } from "./copy-on-write.ts";
import { forwarding } from "./forwarding.ts";
import { stopAndCopy } from "./stop-and-copy.ts";

/** All ways to capture the pages of a checkpoint, by name. */
export const captures: {
  readonly stopAndCopy: typeof stopAndCopy;
  readonly brownout: typeof brownout;
  readonly forwarding: typeof forwarding;
  readonly copyOnWrite: typeof copyOnWrite;
} = { stopAndCopy, brownout, forwarding, copyOnWrite };
