import type { Scheme } from "../cluster/scheme.ts";
import { chosenScheme, type SchemeChoice } from "../schemes/scheme-choice.ts";
import { defectsOf, partsOf, schemeOf } from "../verify/zoo.ts";
import type { ScenarioOptions } from "./scenario.ts";

/**
 * Makes the scheme that the options of a scenario ask for, with the parts and defects of the members of the
 * zoo that they name.
 *
 * @param more What the scheme is made with beside.
 * @throws As `chosenScheme` does.
 */
export function schemeFor(
  { scheme, interval, parts, broken = [] }: ScenarioOptions,
  more: Pick<SchemeChoice, "diskReads" | "isError"> = {},
): Scheme {
  return chosenScheme({
    ...more,
    scheme: schemeOf(broken) ?? scheme,
    ...(interval === undefined ? {} : { interval }),
    parts: { ...parts, ...partsOf(broken) },
    broken: defectsOf(broken),
  });
}
