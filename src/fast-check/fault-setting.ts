import { StandinRangeError } from "../sim/errors.ts";
import { type Nanoseconds, seconds } from "../sim/time.ts";
import { FAULTS_MAX, type FaultKind } from "../verify/plan/fault.ts";
import { FAULT_FIELDS } from "../verify/plan/fault-fields.ts";
import { pointOf } from "../verify/points/points.ts";

/** What a drawn plan may hold. */
export interface FaultPlanSetting {
  /**
   * Hosts that may fail, at least one. Each must be linked with each other one if there are to be faults
   * of links.
   */
  readonly hosts: readonly string[];
  /** Faults begin before this time. */
  readonly untilNs: Nanoseconds;
  /** Most faults of a plan; the least is none. Default 4. */
  readonly faultsMax?: number;
  /** Kinds of faults. Default all; those of links only if there are two hosts or more. */
  readonly kinds?: readonly FaultKind[];
  /** Named points at which faults may begin beside times, such as `"commit.sent"`. Default none. */
  readonly points?: readonly string[];
}

/** All kinds, the simplest first. */
const KINDS = Object.keys(FAULT_FIELDS) as readonly FaultKind[];

/** Faults that last are drawn to end within this. */
export const FOR_NS_MAX: Nanoseconds = seconds(1);

/** Whether a fault of a kind needs two ends. */
function isOfLink(kind: FaultKind): boolean {
  return FAULT_FIELDS[kind].some(({ name }) => name === "from");
}

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError `FAULT_SETTING` when something is out of range or unknown, `POINT` for an
 *   unknown point.
 */
export function checkedSetting(setting: FaultPlanSetting): Required<FaultPlanSetting> {
  const { hosts, untilNs, faultsMax = 4, points = [] } = setting;
  if (hosts.length === 0 || new Set(hosts).size < hosts.length) {
    refuse("hosts", "one name or more, none of them twice", hosts.join(", ") || "none");
  }
  whole("untilNs", untilNs, 1, Number.MAX_SAFE_INTEGER);
  whole("faultsMax", faultsMax, 0, FAULTS_MAX);
  for (const point of points) pointOf(point, [], "points");
  const possible = KINDS.filter((kind) => hosts.length > 1 || !isOfLink(kind));
  const kinds = setting.kinds ?? possible;
  const wrong = kinds.find((kind) => !possible.includes(kind));
  if (wrong !== undefined || kinds.length === 0) {
    const among = hosts.length > 1 ? "" : " for one host";
    refuse("kinds", `some of ${possible.join(", ")}${among}`, wrong ?? "none");
  }
  return { hosts, untilNs, faultsMax, kinds, points };
}

function whole(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  refuse(name, `a whole number from ${least} to ${most}`, String(value));
}

function refuse(name: string, expected: string, given: string): never {
  throw new StandinRangeError("FAULT_SETTING", `${name}: expected ${expected}, got ${given}`);
}
