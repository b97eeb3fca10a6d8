import fc from "fast-check";

/** The example at which the shrinking of a property that fails ends, and how many steps it took. */
export function simplest<T>(
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => boolean,
  { seed = 1, numRuns = 1_000 }: fc.Parameters<[T]> = {},
): { value: T; shrinks: number } {
  const details = fc.check(fc.property(arbitrary, holds), { seed, numRuns });
  if (!details.failed || details.counterexample === null) {
    throw new Error("expected a property that fails");
  }
  return { value: details.counterexample[0], shrinks: details.numShrinks };
}
