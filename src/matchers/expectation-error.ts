import type { Judgement } from "./judgement.ts";

/** Something is not as a test expects it. The message is the report, with the way to see it again. */
export class ExpectationError extends Error {
  readonly code: "EXPECTATION_FAILED" = "EXPECTATION_FAILED" as const;

  constructor(report: string) {
    super(report);
    this.name = "ExpectationError";
  }
}

/**
 * Does nothing if the verdict is `"yes"`.
 *
 * @throws ExpectationError with the report otherwise: what was not decided was not shown.
 */
export function assertYes({ verdict, report }: Judgement): void {
  if (verdict !== "yes") throw new ExpectationError(report);
}
