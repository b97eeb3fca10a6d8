import { expect, test } from "vitest";
import { assertLinearizable, judgeLinearizability } from "../../src/matchers/linearizability.ts";
import type { GivenEntry } from "../../src/verify/history/entry.ts";
import { models } from "../../src/verify/linearizability/models.ts";
import { caught } from "./caught.ts";

const write = { process: 0, f: "write", value: 1 };
const read = { process: 1, f: "read" };

function writeThenRead(value: number | null): readonly GivenEntry[] {
  return [
    { ...write, type: "invoke" },
    { ...write, type: "ok" },
    { ...read, type: "invoke" },
    { ...read, type: "ok", value },
  ];
}

test("linearizability: a read of what was written is a yes", () => {
  const { verdict, report } = judgeLinearizability(writeThenRead(1), models.register);
  expect(verdict).toBe("yes");
  expect(report).toContain("linearizable as register: 2 operations");
});

test("linearizability: a stale read is a no that names the operation", () => {
  const { verdict, report } = judgeLinearizability(writeThenRead(null), models.register);
  expect(verdict).toBe("no");
  expect(report).toMatch(/^not linearizable as register/);
  expect(report).toContain("process 1, index 2 to 3");
});

test("linearizability: when the steps are used up nothing is decided", () => {
  const options = { maxSteps: 1 };
  const { verdict, report } = judgeLinearizability(writeThenRead(1), models.register, options);
  expect(verdict).toBe("undecided");
  expect(report).toMatch(/^unknown whether linearizable as register.*maxSteps allows more$/);
});

test("linearizability: the assertion passes a yes and throws the report of anything else", () => {
  expect(() => assertLinearizable(writeThenRead(1), models.register)).not.toThrow();
  const { report } = judgeLinearizability(writeThenRead(null), models.register);
  const error = caught(() => assertLinearizable(writeThenRead(null), models.register));
  expect(error).toMatchObject({ code: "EXPECTATION_FAILED", message: report });
  expect(() => assertLinearizable(writeThenRead(1), models.register, { maxSteps: 1 })).toThrow(
    /^unknown whether/,
  );
});

test("linearizability: what is no history is refused", () => {
  const given = "[]" as unknown as readonly GivenEntry[];
  expect(caught(() => judgeLinearizability(given, models.register))).toMatchObject({
    code: "HISTORY_SHAPE",
    message: "history: expected an array of entries, got string",
  });
  const noCall: GivenEntry[] = [{ process: 0, f: "read", type: "ok" }];
  expect(caught(() => assertLinearizable(noCall, models.register))).toMatchObject({
    code: "HISTORY_PAIR",
  });
});
