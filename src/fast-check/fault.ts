import { type Arbitrary, constant, constantFrom, integer, oneof, tuple } from "fast-check";
import { ms, us } from "../sim/time.ts";
import { type Fault, type FaultKind, FOR_NS_MIN, type Moment } from "../verify/plan/fault.ts";
import { type FaultPlanSetting, FOR_NS_MAX } from "./fault-setting.ts";
import { plainRecord } from "./plain-record.ts";
import { durationNs, momentNs } from "./times.ts";

/** Most occurrences of a point to wait for. */
const OCCURRENCE_MAX = 20;

/** Some of the fields of a fault. */
type Rest = Arbitrary<object>;

/** One fault of the kinds of a setting that was checked, with its fields in canonical order. */
export function fault(setting: Required<FaultPlanSetting>): Arbitrary<Fault> {
  return oneof(...setting.kinds.map((kind) => faultOf(kind, setting)));
}

function faultOf(kind: FaultKind, setting: Required<FaultPlanSetting>): Arbitrary<Fault> {
  const fields = fieldsOf(kind, setting);
  return tuple(moment(setting), ...fields).map(([at, ...rest]) => {
    return Object.assign({ kind, at }, ...rest) as Fault;
  });
}

/** What a fault of a kind has besides its kind and moment, in canonical order. */
function fieldsOf(kind: FaultKind, { hosts }: FaultPlanSetting): readonly Rest[] {
  const host = plainRecord({ host: constantFrom(...hosts) });
  // Certain is simpler than likely: nothing is drawn any more.
  const probability = plainRecord({ probability: constantFrom(1, 0.5, 0.1, 0.01) });
  const lasting = (): Rest[] => {
    const min = FOR_NS_MIN[kind as keyof typeof FOR_NS_MIN];
    return [plainRecord({ forNs: durationNs(min, FOR_NS_MAX) })];
  };
  switch (kind) {
    case "crash":
    case "restart":
      return [host];
    case "pause":
    case "cable":
      return [host, ...lasting()];
    case "slow":
      return [host, plainRecord({ share: constantFrom(0.5, 0.1, 0.01) }), ...lasting()];
    case "clock":
      return [host, clock()];
    case "partition":
      return [...ends(hosts), ...lasting()];
    case "loss":
    case "duplicate":
    case "corrupt":
      return [...ends(hosts), probability, ...lasting()];
    case "delay":
      return [...ends(hosts), plainRecord({ extraNs: durationNs(us(1), ms(50)) }), ...lasting()];
    case "reorder": {
      const heldNsMax = durationNs(us(10), ms(5));
      return [
        ...ends(hosts),
        probability,
        oneof({ withCrossShrink: true }, constant({}), plainRecord({ heldNsMax })),
        ...lasting(),
      ];
    }
    case "bandwidth": {
      const bandwidthBitsPerSecond = constantFrom(100_000_000, 10_000_000, 1_000_000);
      return [...ends(hosts), plainRecord({ bandwidthBitsPerSecond }), ...lasting()];
    }
  }
}

/** Two hosts, in either order, both ways or one. */
function ends(hosts: readonly string[]): readonly Rest[] {
  const pairs = hosts.flatMap((from) =>
    hosts.filter((to) => to !== from).map((to) => ({ from, to })),
  );
  return [constantFrom(...pairs), constantFrom({}, { oneWay: true })];
}

/** A clock that jumps, drifts, or both; it shrinks to a jump alone. */
function clock(): Rest {
  const stepNs = constantFrom(ms(1), -ms(1), ms(100), -ms(100), ms(5_000), -ms(5_000));
  const drift = {
    driftPpm: constantFrom(100, -100, 100_000, -100_000, 500_000, -400_000),
    forNs: durationNs(FOR_NS_MIN.clock, FOR_NS_MAX),
  };
  return oneof(
    { withCrossShrink: true },
    plainRecord({ stepNs }),
    plainRecord(drift),
    plainRecord({ stepNs, ...drift }),
  );
}

function moment({ untilNs, points }: Required<FaultPlanSetting>): Arbitrary<Moment> {
  const time = plainRecord({ atNs: momentNs(untilNs) });
  if (points.length === 0) return time;
  const point = constantFrom(...points);
  const occurrence = integer({ min: 1, max: OCCURRENCE_MAX });
  return oneof(time, plainRecord({ point, occurrence }));
}
