import { expect, test } from "vitest";
import { assertYes, ExpectationError } from "../../src/matchers/expectation-error.ts";
import { caught } from "./caught.ts";

test("expectation error: only a yes passes", () => {
  expect(() => assertYes({ verdict: "yes", report: "all is well" })).not.toThrow();
  for (const verdict of ["no", "undecided"] as const) {
    const error = caught(() => assertYes({ verdict, report: "first line\n  second" }));
    expect(error).toBeInstanceOf(ExpectationError);
    expect(error).toMatchObject({
      name: "ExpectationError",
      code: "EXPECTATION_FAILED",
      message: "first line\n  second",
    });
  }
});
