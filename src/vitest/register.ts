/**
 * Matchers for vitest. Importing this module registers them, together with their types:
 *
 * ```ts
 * import "standin/vitest";
 *
 * expect(counterScenario).toSurvive({
 *   version: 1,
 *   faults: [{ kind: "crash", host: "a", at: { atNs: ms(310) } }],
 * });
 * ```
 *
 * What a check could not decide (a bound was reached, a fault of a plan never happened) fails with and
 * without `not`.
 *
 * @module
 */
import { expect } from "vitest";
import { matchers } from "./matchers.ts";
import type { StandinMatchers } from "./standin-matchers.ts";

export type { StandinMatchers } from "./standin-matchers.ts";

/* eslint-disable @typescript-eslint/no-namespace, @typescript-eslint/no-empty-object-type --
   what is not mine is added to in its own words */
declare global {
  namespace Chai {
    // the runner's own Assertion takes over what stands here, in every version of it
    interface Assertion extends StandinMatchers {}
  }
}

declare module "vitest" {
  interface AsymmetricMatchersContaining extends StandinMatchers<unknown> {}
}
/* eslint-enable */

expect.extend(matchers);
