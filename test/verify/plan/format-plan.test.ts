// covers src/verify/plan/format-plan.ts, src/verify/plan/parse-plan.ts, src/verify/plan/fault-fields.ts
import { execFileSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FaultPlan } from "../../../src/verify/plan/fault.ts";
import { formatPlan, planLiteral } from "../../../src/verify/plan/format-plan.ts";
import { parsePlan } from "../../../src/verify/plan/parse-plan.ts";
import { anyFault, anyMoment } from "./arbitrary-plan.ts";

const names = fc.string({ minLength: 1, maxLength: 12, unit: "binary" });

/** Any plan, with hosts of any name. */
const anyPlan: fc.Arbitrary<FaultPlan> = fc
  .uniqueArray(names, { minLength: 2, maxLength: 4 })
  .chain((hosts) => {
    const links = hosts.slice(1).map((host) => [hosts[0] as string, host] as const);
    const setting = { hosts, links, moment: anyMoment, forNsMax: Number.MAX_SAFE_INTEGER };
    return fc.array(anyFault(setting), { maxLength: 6 });
  })
  .map((faults) => ({ version: 1, faults }));

/** The value of an object literal, as a test that it was pasted into would have it. */
function evaluate(literal: string): unknown {
  return runInNewContext(`(${literal})`) as unknown;
}

/** The same value with the fields of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, each]) => [name, reversed(each)]),
  );
}

test("plan format: what is written is read again, in both forms", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      expect(parsePlan(formatPlan(plan))).toEqual(plan);
      expect(parsePlan(planLiteral(plan))).toEqual(plan);
      expect(parsePlan(plan)).toEqual(plan);
    }),
    { numRuns: 300 },
  );
});

test("plan format: equal plans have equal texts, whatever the order of their fields", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const other = parsePlan(reversed(plan));
      expect(formatPlan(other)).toBe(formatPlan(plan));
      expect(planLiteral(reversed(plan) as FaultPlan)).toBe(planLiteral(plan));
    }),
  );
});

test("plan format: the literal is one line that a test can hold and that quotes cannot end", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const literal = planLiteral(plan);
      expect(literal).not.toMatch(/['\n\r\u2028\u2029]/);
      expect(parsePlan(evaluate(literal))).toEqual(plan);
    }),
  );
});

test("plan format: the literal survives a shell", () => {
  const host = `it's "a" $HOME \`ls\` \\ !! \u2028 \u0000 é \u{1f600}`;
  const plan: FaultPlan = {
    version: 1,
    faults: [{ kind: "crash", at: { atNs: 5 }, host }],
  };
  const command = `printf %s '${planLiteral(plan)}'`;
  const printed = execFileSync("sh", ["-c", command], { encoding: "utf8" });
  expect(parsePlan(printed)).toEqual(plan);
});

test("plan format: a file has one line for each fault and nothing that says nothing", () => {
  const plan = parsePlan({
    faults: [
      { forNs: 5e6, to: "b", from: "a", kind: "partition", at: { atNs: -0 }, oneWay: false },
      { host: "a", at: { occurrence: 3, point: "commit.sent" }, kind: "crash" },
      {
        kind: "loss",
        at: { event: 9 },
        from: "a",
        to: "b",
        oneWay: true,
        probability: 0.1,
        forNs: 1e6,
      },
    ],
    version: 1,
  });
  expect(formatPlan(plan)).toBe(`{"version":1,"faults":[
  {"kind":"partition","at":{"atNs":0},"from":"a","to":"b","forNs":5000000},
  {"kind":"crash","at":{"point":"commit.sent","occurrence":3},"host":"a"},
  {"kind":"loss","at":{"event":9},"from":"a","to":"b","oneWay":true,"probability":0.1,"forNs":1000000}
]}
`);
  expect(planLiteral({ version: 1, faults: plan.faults.slice(1, 2) })).toBe(
    '{"version":1,"faults":[{"kind":"crash","at":{"point":"commit.sent","occurrence":3},"host":"a"}]}',
  );
  expect(formatPlan({ version: 1, faults: [] })).toBe('{"version":1,"faults":[]}\n');
});
