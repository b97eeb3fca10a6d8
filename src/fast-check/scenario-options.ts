import { type Arbitrary, constant, constantFrom } from "fast-check";
import type { LinkOptions } from "../host/link-options.ts";
import type { ScenarioOptions } from "../scenarios/scenario.ts";
import { ms, us } from "../sim/time.ts";
import { defectsOf, type ZooName } from "../verify/zoo.ts";
import { plainRecord } from "./plain-record.ts";
import { type WorkloadSetting, workload } from "./workload.ts";

/** What drawn options may be. */
export interface ScenarioOptionsSetting extends WorkloadSetting {
  /** Members of the broken zoo that are switched on in all of them. Default none. */
  readonly broken?: readonly ZooName[];
}

/**
 * Options of a scenario, as wide as a swarm draws them. They shrink to their defaults: what is left in
 * a failing example is what it needs.
 *
 * @throws StandinRangeError `WORKLOAD_SETTING`, `ZOO_NAME` when a setting is out of range.
 */
export function scenarioOptions(setting: ScenarioOptionsSetting = {}): Arbitrary<ScenarioOptions> {
  const { broken } = setting;
  if (broken !== undefined) defectsOf(broken);
  const drawn = {
    interval: constantFrom(ms(25), ms(50), ms(10), ms(5), ms(2)),
    link: link(),
    detection: constantFrom(
      { heartbeat: ms(5), timeout: ms(30) },
      { heartbeat: ms(20), timeout: ms(200) },
    ),
    client: workload(setting),
  };
  if (broken === undefined) return plainRecord(drawn, []);
  return plainRecord({ ...drawn, broken: constant(broken) }, ["broken"]);
}

function link(): Arbitrary<LinkOptions> {
  const rate = constantFrom(0.001, 0.01, 0.05);
  return plainRecord(
    {
      latency: constantFrom(us(50), us(5), us(500), ms(2)),
      bandwidth: constantFrom(10_000_000_000, 1_000_000_000, 100_000_000),
      jitter: constantFrom(us(20), us(500)),
      loss: rate,
      duplication: rate,
      reordering: rate,
      corruption: rate,
    },
    [],
  );
}
