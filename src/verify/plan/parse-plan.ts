import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import { showValue } from "../history/json-value.ts";
import {
  FAULTS_MAX,
  type Fault,
  type FaultKind,
  type FaultPlan,
  type Moment,
  PLAN_VERSION,
} from "./fault.ts";
import { FAULT_FIELDS, type FieldRule, MOMENT_FIELDS } from "./fault-fields.ts";

/** Most characters of a plan's text. */
export const PLAN_CHARS_MAX = 1_048_576;

const KINDS = Object.keys(FAULT_FIELDS).join(", ");

/** What a moment looks like, for messages. */
const MOMENT_EXAMPLE =
  'an object such as {"atNs": 5000000}, {"event": 12} or {"point": "commit.sent", "occurrence": 1}';

type Fields = Readonly<Record<string, unknown>>;

/** A value as messages show it. */
function show(value: unknown): string {
  return value === undefined ? "nothing" : showValue(value);
}

function wrongKind(path: string, expected: string, given: unknown): never {
  throw new StandinTypeError("PLAN_FIELD", `${path}: expected ${expected}, got ${show(given)}`);
}

function outOfRange(path: string, expected: string, given: unknown): never {
  throw new StandinRangeError("PLAN_VALUE", `${path}: expected ${expected}, got ${show(given)}`);
}

/** How a text that is no JSON is damaged. Engines word the errors of their own parsers differently. */
function damageOf(text: string): string {
  let depth = 0;
  let faults = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (inString) {
      if (letter === "\\") at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === "{" || letter === "[") depth += 1;
    else if (letter === "}" || letter === "]") {
      depth -= 1;
      // Back in the list of faults, which is within the plan.
      if (letter === "}" && depth === 2) faults += 1;
    }
  }
  if (depth <= 0 && !inString) return "text that is not JSON";
  return `text that ends too early${faults === 0 ? "" : `, after faults[${faults - 1}]`}`;
}

function parseText(text: string): unknown {
  if (text.length > PLAN_CHARS_MAX) {
    const expected = `expected at most ${PLAN_CHARS_MAX} characters`;
    throw new StandinRangeError("PLAN_TOO_LONG", `plan: ${expected}, got ${text.length}`);
  }
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return JSON.parse(body);
  } catch {
    const got = body.trim() === "" ? "empty text" : damageOf(body);
    throw new StandinRangeError("PLAN_JSON", `plan: expected a fault plan in JSON, got ${got}`);
  }
}

function fieldsOf(path: string, given: unknown, expected: string): Fields {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    wrongKind(path, expected, given);
  }
  return given as Fields;
}

function refuseUnknown(path: string, fields: Fields, known: readonly string[], of: string): void {
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue;
    wrongKind(`${path}${name}`, `no such field (${of} has ${known.join(", ")})`, fields[name]);
  }
}

/** Reads a field into `into`. False and absent say the same of a flag; absent is canonical. */
function readField(
  path: string,
  fields: Fields,
  rule: FieldRule,
  into: Record<string, unknown>,
): void {
  const { name, type, expected } = rule;
  const value: unknown = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined && rule.isOptional) return;
  const where = `${path}.${name}`;
  if (typeof value !== type) wrongKind(where, expected, value);
  const given = value as string | number | boolean;
  if (!rule.accepts(given)) outOfRange(where, expected, given);
  // Not -0, which is written as 0.
  if (given !== false) into[name] = given === 0 ? 0 : given;
}

function readMoment(path: string, given: unknown): Moment {
  const fields = fieldsOf(path, given, MOMENT_EXAMPLE);
  const rules = MOMENT_FIELDS.find(
    ([first]) => first !== undefined && Object.hasOwn(fields, first.name),
  );
  if (rules === undefined) wrongKind(path, MOMENT_EXAMPLE, given);
  const names = rules.map(({ name }) => name);
  refuseUnknown(`${path}.`, fields, names, `a moment with ${names[0] ?? ""}`);
  const moment: Record<string, unknown> = {};
  for (const rule of rules) readField(path, fields, rule, moment);
  return moment as unknown as Moment;
}

function readFault(path: string, given: unknown): Fault {
  const fields = fieldsOf(path, given, 'an object such as {"kind": "crash", "at": …, "host": "a"}');
  const kind = Object.hasOwn(fields, "kind") ? fields["kind"] : undefined;
  if (typeof kind !== "string") wrongKind(`${path}.kind`, `one of ${KINDS}`, kind);
  if (!Object.hasOwn(FAULT_FIELDS, kind)) {
    throw new StandinRangeError(
      "PLAN_KIND",
      `${path}.kind: expected one of ${KINDS}, got ${show(kind)}`,
    );
  }
  const rules = FAULT_FIELDS[kind as FaultKind];
  const names = ["kind", "at", ...rules.map(({ name }) => name)];
  refuseUnknown(`${path}.`, fields, names, `"${kind}"`);
  const at = readMoment(`${path}.at`, Object.hasOwn(fields, "at") ? fields["at"] : undefined);
  const fault: Record<string, unknown> = { kind, at };
  for (const rule of rules) readField(path, fields, rule, fault);
  const read = fault as unknown as Fault;
  checkTogether(path, read);
  return read;
}

/** What a field alone does not show. */
function checkTogether(path: string, fault: Fault): void {
  if ("from" in fault && fault.from === fault.to) {
    outOfRange(`${path}.to`, `another host than ${show(fault.from)}`, fault.to);
  }
  if (fault.kind !== "clock") return;
  const { stepNs, driftPpm, forNs } = fault;
  if (stepNs === undefined && driftPpm === undefined) {
    wrongKind(path, "stepNs, driftPpm or both in a fault of a clock", undefined);
  }
  if (driftPpm !== undefined && forNs === undefined) {
    wrongKind(`${path}.forNs`, "the duration of the drift", undefined);
  }
  if (driftPpm === undefined && forNs !== undefined) {
    wrongKind(`${path}.forNs`, "no duration without driftPpm, because a step stays", forNs);
  }
}

/**
 * Reads a fault plan.
 *
 * ```json
 * {"version": 1, "faults": [
 *   {"kind": "partition", "at": {"atNs": 20000000}, "from": "a", "to": "b", "forNs": 5000000},
 *   {"kind": "crash", "at": {"point": "commit.sent", "occurrence": 3}, "host": "a"}
 * ]}
 * ```
 *
 * Whether hosts and points exist is for `checkPlan` to say.
 *
 * @param given JSON text of at most {@link PLAN_CHARS_MAX} characters, or the value that such a text
 *   holds. The caller keeps it; the plan is new, with its fields in canonical order.
 * @throws StandinTypeError `PLAN_FIELD` for a field that is missing, unknown or of the wrong type.
 * @throws StandinRangeError `PLAN_JSON` for text that is damaged or ends too early, `PLAN_TOO_LONG`,
 *   `PLAN_VERSION`, `PLAN_KIND` for an unknown fault, `PLAN_VALUE` for a value out of range. Each
 *   message begins with the path, as in `faults[2].forNs: expected …, got …`.
 */
export function parsePlan(given: unknown): FaultPlan {
  const value = typeof given === "string" ? parseText(given) : given;
  const expected = 'an object such as {"version": 1, "faults": []}';
  const fields = fieldsOf("plan", value, expected);
  refuseUnknown("", fields, ["version", "faults"], "a plan");
  const { version, faults } = fields;
  if (typeof version !== "number") wrongKind("version", String(PLAN_VERSION), version);
  if (version !== PLAN_VERSION) {
    throw new StandinRangeError(
      "PLAN_VERSION",
      `version: expected ${PLAN_VERSION}, got ${version}`,
    );
  }
  if (!Array.isArray(faults)) wrongKind("faults", "an array of faults", faults);
  if (faults.length > FAULTS_MAX) {
    throw new StandinRangeError(
      "PLAN_TOO_LONG",
      `faults: expected at most ${FAULTS_MAX}, got ${faults.length}`,
    );
  }
  const read: Fault[] = [];
  for (let index = 0; index < faults.length; index += 1) {
    read.push(readFault(`faults[${index}]`, faults[index]));
  }
  return { version: PLAN_VERSION, faults: read };
}
