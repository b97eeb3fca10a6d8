import type { ProcessHandle } from "../sim/process.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { PrimaryReplication } from "./scheme.ts";

/** What runs at the primary for its protection. */
export interface RunningProtection {
  readonly secondary: string;
  readonly replication: PrimaryReplication;
  readonly process: ProcessHandle<"refused">;
  readonly heartbeat: Heartbeat;
}

/** How it ends. */
export interface ProtectionEnd {
  readonly reason:
    | "secondary silent"
    | "checkpoints refused"
    | "secondary dismissed"
    | "handover failed"
    | "handed over";
  /** Whether the primary serves in the next term, where that is known. */
  readonly granted?: boolean;
  /** The claim on that term, where it has been made. */
  readonly claim?: ProcessHandle<boolean>;
}

/** Why a protection ends that nobody has ordered to end. */
export function reasonOf(end: "silent" | "refused"): ProtectionEnd["reason"] {
  return end === "silent" ? "secondary silent" : "checkpoints refused";
}
