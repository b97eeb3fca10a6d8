/**
 * What a check came to, for any test runner. `"undecided"`: the check has shown nothing, neither that
 * it is so nor that it is not; a test that expects either has failed.
 */
export interface Judgement {
  readonly verdict: "yes" | "no" | "undecided";
  /** What was found, for people; the first line says it all. No wall time, no path. */
  readonly report: string;
}
