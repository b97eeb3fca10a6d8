import { type Arbitrary, array } from "fast-check";
import { type FaultPlan, PLAN_VERSION } from "../verify/plan/fault.ts";
import { fault } from "./fault.ts";
import { checkedSetting, type FaultPlanSetting } from "./fault-setting.ts";

/**
 * Fault plans, each as `parsePlan` would give it. They shrink to fewer faults, and each fault to less of
 * it: shorter, certain instead of likely, at a later and rounder time.
 *
 * Many of them destroy the last copy of a machine. Let such faults be left out:
 *
 * ```ts
 * fc.assert(
 *   fc.property(faultPlan({ hosts: ["a", "b"], untilNs: ms(400) }), (plan) => {
 *     assertSurvives(counterScenario, plan, { untilNs: ms(400), everyFault: false });
 *   }),
 * );
 * ```
 *
 * @throws StandinRangeError `FAULT_SETTING` when a setting is out of range, `POINT` for an unknown point.
 */
export function faultPlan(setting: FaultPlanSetting): Arbitrary<FaultPlan> {
  const checked = checkedSetting(setting);
  return array(fault(checked), { maxLength: checked.faultsMax, size: "max" }).map((faults) => ({
    version: PLAN_VERSION,
    faults,
  }));
}
