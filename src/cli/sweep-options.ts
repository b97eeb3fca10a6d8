import { type SweepName, sweepNames, sweptSchemes } from "../compare/sweep.ts";
import { type Nanoseconds, seconds } from "../sim/time.ts";
import type { CompareArguments } from "./compare-arguments.ts";
import { type CommonOptions, commonOptions } from "./compare-options.ts";
import { UsageError } from "./usage-error.ts";

/** How long each run of a sweep is unless told otherwise. */
const UNTIL_NS_DEFAULT: Nanoseconds = seconds(1);

/** What `standin compare sweep` was asked for. */
export interface SweepOptions extends CommonOptions {
  readonly sweeps: readonly SweepName[];
  readonly scheme: string;
  readonly untilNs: Nanoseconds;
  /** Path of the picture; `undefined`: none. */
  readonly svg: string | undefined;
}

/**
 * Reads the options of `standin compare sweep`.
 *
 * @throws UsageError for the first thing that is wrong.
 */
export function sweepOptions({ names, values }: CompareArguments): SweepOptions {
  for (const option of ["scenario", "stage", "part", "interval"] as const) {
    if (values[option] === undefined) continue;
    throw new UsageError(`--${option}: expected without compare sweep, got it with compare sweep`);
  }
  const sweeps = names.length === 0 ? sweepNames : [...new Set(names.map(sweepNamed))];
  const { svg, scheme = Object.keys(sweptSchemes)[0]! } = values;
  if (svg !== undefined && sweeps.length > 1) {
    const one = sweepNames.join(" or ");
    throw new UsageError(`--svg: expected one sweep to draw (${one}), got ${sweeps.length}`);
  }
  if (svg !== undefined && !svg.endsWith(".svg")) {
    throw new UsageError(`--svg: expected a name that ends in .svg, got "${svg}"`);
  }
  if (!Object.hasOwn(sweptSchemes, scheme)) {
    const known = Object.keys(sweptSchemes).join(", ");
    throw new UsageError(`--scheme: expected one of ${known}, got "${scheme}"`);
  }
  const { untilNs = UNTIL_NS_DEFAULT, ...common } = commonOptions(values);
  return { ...common, untilNs, sweeps, scheme, svg };
}

function sweepNamed(given: string): SweepName {
  const name = sweepNames.find((each) => each === given);
  if (name !== undefined) return name;
  throw new UsageError(`SWEEP: expected one of ${sweepNames.join(", ")}, got "${given}"`);
}
