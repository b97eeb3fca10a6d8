import { ms, type Nanoseconds } from "../../sim/time.ts";
import type { QuiesceContext } from "./quiesce.ts";

/** How long a machine is waited for unless told otherwise. */
export const MOST_NS_DEFAULT: Nanoseconds = ms(5);

/**
 * The limit of a rest that begins now, by the host's clock that nobody sets.
 *
 * @returns Tells how much is left of it, for races; 0 when it is over.
 */
export function limitFromNow({ host }: QuiesceContext, mostNs: Nanoseconds): () => Nanoseconds {
  const { clock } = host;
  const dueNs = clock.monotonic() + mostNs;
  return () => clock.toGlobal(Math.max(0, dueNs - clock.monotonic()));
}
