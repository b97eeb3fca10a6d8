import type { Fault, FaultPlan } from "./fault.ts";
import { FAULT_FIELDS, type FieldRule, MOMENT_FIELDS } from "./fault-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `"name":value` of those fields that say something, in their order. */
function pairs(fields: Fields, rules: readonly FieldRule[]): string[] {
  const written: string[] = [];
  for (const { name } of rules) {
    const value = fields[name];
    if (value === undefined || value === false) continue;
    written.push(`"${name}":${JSON.stringify(value)}`);
  }
  return written;
}

function formatFault(fault: Fault): string {
  const at = fault.at as unknown as Fields;
  const moment = MOMENT_FIELDS.find(([first]) => first !== undefined && first.name in at) ?? [];
  const written = [
    `"kind":"${fault.kind}"`,
    `"at":{${pairs(at, moment).join(",")}}`,
    ...pairs(fault as unknown as Fields, FAULT_FIELDS[fault.kind]),
  ];
  return `{${written.join(",")}}`;
}

/**
 * A plan as canonical JSON for a file: one line for each fault, fields always in the same order, no
 * field that says nothing. Two plans are equal exactly if their texts are.
 *
 * @param plan As `parsePlan` gives it, or anything that it would take.
 */
export function formatPlan(plan: FaultPlan): string {
  if (plan.faults.length === 0) return '{"version":1,"faults":[]}\n';
  const lines = plan.faults.map((fault) => `  ${formatFault(fault)}`);
  return `{"version":1,"faults":[\n${lines.join(",\n")}\n]}\n`;
}

/**
 * A plan on one line, as short as JSON can be. It is at once an object literal to paste into a test
 * and, between single quotes, one argument of a shell: what would end either is written as `\uXXXX`.
 */
export function planLiteral(plan: FaultPlan): string {
  const text = `{"version":1,"faults":[${plan.faults.map(formatFault).join(",")}]}`;
  return text.replace(/['\u2028\u2029\u007f-\u009f]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
