/**
 * Arbitraries for fast-check: fault plans, workloads and options of scenarios, with shrinking.
 *
 * @module
 */
export { faultPlan } from "./fault-plan.ts";
export type { FaultPlanSetting } from "./fault-setting.ts";
export { type ScenarioOptionsSetting, scenarioOptions } from "./scenario-options.ts";
export { type WorkloadSetting, workload } from "./workload.ts";
