import { expect, test } from "vitest";
import { OneTranscript } from "../../../src/verify/invariants/one-transcript.ts";

test("one transcript: only what a console finds changed is reported", () => {
  const invariant = new OneTranscript();
  const of = { console: "c", machine: "m", offset: 7 };
  expect(invariant.observe({ kind: "console.received", bytes: 3, ...of })).toBeUndefined();
  expect(invariant.observe({ kind: "console.diverged", ...of })).toBe(
    "m prints byte 7 again, and not as c has it",
  );
});
