import type { Protection } from "../protection.ts";
import type { Fence } from "./fence.ts";
import { controllerOf } from "./management-controller.ts";
import type { FencingRecord } from "./records.ts";

/**
 * The other hosts on which it depends that somebody can come to serve a machine.
 *
 * @param members The hosts that protect it.
 */
export function hostsNeeded(
  { witness, fence, array }: Protection,
  members: readonly string[],
): readonly string[] {
  if (fence === undefined || fence.name === "witness") return [witness];
  const needed = fence.decider === "nobody" ? [] : [witness];
  if (array !== undefined && !needed.includes(array)) needed.push(array);
  if (mustConfirm(fence)) needed.push(...members.map(controllerOf));
  return needed;
}

/**
 * Says in the trace how a machine is fenced and on whom that depends, for checks and plans. Says nothing
 * where it is by the witness alone.
 */
export function recordFence(
  protection: Protection,
  primary: string,
  members: readonly string[],
): void {
  const { engine, machine, witness, fence } = protection;
  if (fence === undefined || fence.name === "witness") return;
  const about = { machine, host: primary, term: 1 };
  engine.trace.emit<FencingRecord>({
    kind: "fence.installed",
    fence: fence.name,
    decider: fence.decider === "nobody" ? "nobody" : witness,
    mustConfirm: mustConfirm(fence),
    ...about,
  });
  for (const on of hostsNeeded(protection, members)) {
    engine.trace.emit<FencingRecord>({ kind: "fence.needs", on, ...about });
  }
}

function mustConfirm({ needsControllers, mustConfirm: must = true }: Fence): boolean {
  return needsControllers && must;
}
