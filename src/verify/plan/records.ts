import type { FaultKind } from "./fault.ts";

/** Which fault: its index in the plan, and its kind. */
type OfFault = { readonly fault: number; readonly what: FaultKind };

/** What it is done to: a host, or the way between two ends. */
type OnTarget =
  | { readonly host: string }
  | { readonly from: string; readonly to: string; readonly oneWay: boolean };

/** What the injector of a fault plan writes to the trace, before it does what it says. */
export type PlanRecord =
  /** `forNs` is 0 for a fault that is over at once; such a one has no end. */
  | ({ readonly kind: "fault.started"; readonly forNs: number } & OfFault & OnTarget)
  | ({ readonly kind: "fault.ended" } & OfFault & OnTarget)
  | ({ readonly kind: "fault.skipped"; readonly reason: string } & OfFault & OnTarget);
