import type { Quiesce } from "./quiesce.ts";

/** Nothing comes to rest: the machine is stopped in the middle of whatever it does (Remus, NSDI'08). */
export function none(): Quiesce {
  return {
    name: "none",
    *begin() {
      // nothing to wait for
    },
    end() {
      // nothing to let go on
    },
  };
}
