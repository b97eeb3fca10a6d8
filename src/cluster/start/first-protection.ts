import type { Process } from "../../sim/process.ts";

/** The first protection of a machine that ran on the bare host, as the primary's role sees it. */
export interface FirstProtection {
  /** True once the secondary surely has the whole machine. */
  readonly isMirrored: boolean;
  /** It comes to nothing: the machine runs on the bare host again. */
  cancel(reason: string): Process;
}
