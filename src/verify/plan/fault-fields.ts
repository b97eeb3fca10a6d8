import { BANDWIDTH_MAX } from "../../host/bandwidth.ts";
import { DRIFT_PPM_MAX, DRIFT_PPM_MIN } from "../../host/host-clock.ts";
import { CLOCK_STEP_NS_MAX, type FaultKind, FOR_NS_MIN, PACKET_DELAY_NS_MAX } from "./fault.ts";

/** Most characters of the name of a host or a point. */
export const NAME_CHARS_MAX = 256;

/** Least share of a processor. Work ends at the speed it began with, so that less slows a host for ever. */
const SHARE_MIN = 0.001;

/** One field of a fault: its name, what it takes, in words and as a test. */
export interface FieldRule {
  readonly name: string;
  readonly type: "string" | "number" | "boolean";
  readonly expected: string;
  readonly isOptional: boolean;
  /** Whether a value of the right type is in range. */
  readonly accepts: (value: string | number | boolean) => boolean;
}

/** A field that holds the name of something. */
export function nameField(name: string, of: string): FieldRule {
  return {
    name,
    type: "string",
    expected: `the name of ${of} (1 to ${NAME_CHARS_MAX} characters)`,
    isOptional: false,
    accepts: (value) => typeof value === "string" && value !== "" && value.length <= NAME_CHARS_MAX,
  };
}

/** A field that holds a whole number within bounds. */
export function wholeField(
  name: string,
  unit: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): FieldRule {
  const to = most === Number.MAX_SAFE_INTEGER ? "2^53 - 1" : String(most);
  return {
    name,
    type: "number",
    expected: `${unit} from ${least} to ${to}`,
    isOptional: false,
    accepts: (value) =>
      Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

/** The same field, which may be left out. */
export function optional(rule: FieldRule): FieldRule {
  return { ...rule, isOptional: true };
}

function nonZero(rule: FieldRule): FieldRule {
  return {
    ...rule,
    expected: `${rule.expected}, not 0`,
    accepts: (value) => value !== 0 && rule.accepts(value),
  };
}

const PROBABILITY: FieldRule = {
  name: "probability",
  type: "number",
  expected: "a probability above 0, at most 1",
  isOptional: false,
  accepts: (value) => Number(value) > 0 && Number(value) <= 1,
};

const SHARE: FieldRule = {
  name: "share",
  type: "number",
  expected: `a part of a processor from ${SHARE_MIN}, less than 1`,
  isOptional: false,
  accepts: (value) => Number(value) >= SHARE_MIN && Number(value) < 1,
};

const ONE_WAY: FieldRule = {
  name: "oneWay",
  type: "boolean",
  expected: "true or false",
  isOptional: true,
  accepts: () => true,
};

const HOST = nameField("host", "a host");
const ENDS: readonly FieldRule[] = [
  nameField("from", "the host at one end"),
  nameField("to", "the host at the other end"),
  ONE_WAY,
];

function duration(kind: keyof typeof FOR_NS_MIN): FieldRule {
  return wholeField("forNs", "whole nanoseconds", FOR_NS_MIN[kind]);
}

function delay(name: string): FieldRule {
  return wholeField(name, "whole nanoseconds", 1, PACKET_DELAY_NS_MAX);
}

/** The fields of every kind of fault behind `kind` and `at`, in their canonical order. */
export const FAULT_FIELDS: Readonly<Record<FaultKind, readonly FieldRule[]>> = {
  crash: [HOST],
  restart: [HOST],
  pause: [HOST, duration("pause")],
  slow: [HOST, SHARE, duration("slow")],
  clock: [
    HOST,
    optional(
      nonZero(wholeField("stepNs", "whole nanoseconds", -CLOCK_STEP_NS_MAX, CLOCK_STEP_NS_MAX)),
    ),
    optional(nonZero(wholeField("driftPpm", "whole millionths", DRIFT_PPM_MIN, DRIFT_PPM_MAX))),
    optional(duration("clock")),
  ],
  cable: [HOST, duration("cable")],
  partition: [...ENDS, duration("partition")],
  loss: [...ENDS, PROBABILITY, duration("loss")],
  delay: [...ENDS, delay("extraNs"), duration("delay")],
  duplicate: [...ENDS, PROBABILITY, duration("duplicate")],
  reorder: [...ENDS, PROBABILITY, optional(delay("heldNsMax")), duration("reorder")],
  corrupt: [...ENDS, PROBABILITY, duration("corrupt")],
  bandwidth: [
    ...ENDS,
    wholeField("bandwidthBitsPerSecond", "whole bits per second", 1, BANDWIDTH_MAX),
    duration("bandwidth"),
  ],
};

const TIME: readonly FieldRule[] = [wholeField("atNs", "whole nanoseconds", 0)];
const EVENT: readonly FieldRule[] = [wholeField("event", "the number of an event", 1)];
const POINT: readonly FieldRule[] = [
  nameField("point", "a point"),
  wholeField("occurrence", "a number", 1),
  optional(HOST),
];

/** The fields of every kind of moment, in their canonical order; the first one tells the kind. */
export const MOMENT_FIELDS: readonly (readonly FieldRule[])[] = [TIME, EVENT, POINT];
