import type { Capture } from "./capture.ts";

/** Stop the machine, copy its dirty pages, let it go on (Remus, NSDI'08). */
export function stopAndCopy(): Capture {
  return { name: "stop and copy", begin: () => ({}) };
}
