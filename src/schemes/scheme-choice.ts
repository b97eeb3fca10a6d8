import type { Scheme } from "../cluster/scheme.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { type NamedScheme, type NamedSchemeOptions, schemeCatalogue } from "./scheme-catalogue.ts";

/** A scheme by name and what it is made with; plain data. */
export interface SchemeChoice extends NamedSchemeOptions {
  /** A name of the catalogue. Default: its first, `checkpoint`. */
  readonly scheme?: string | undefined;
}

/** Names of all schemes, in the order of the catalogue. */
export const schemeNames: readonly string[] = Object.keys(schemeCatalogue);

/** Name of the scheme that a machine has when none is chosen for it. */
export const SCHEME_DEFAULT: string = schemeNames[0]!;

/**
 * The scheme of that name.
 *
 * @throws StandinRangeError `SCHEME_NAME` when there is none; the message names those that there are.
 */
export function schemeNamed(name: string): NamedScheme {
  if (Object.hasOwn(schemeCatalogue, name)) return schemeCatalogue[name]!;
  throw new StandinRangeError(
    "SCHEME_NAME",
    `scheme: expected one of ${schemeNames.join(", ")}, got "${name}"`,
  );
}

/**
 * Makes the scheme that was chosen.
 *
 * @throws StandinRangeError `SCHEME_NAME` for a scheme that there is not, `SCHEME_PARTS` for parts of one whose
 *   checkpoints are made of nothing else than what it needs; and what the scheme throws.
 */
export function chosenScheme({ scheme = SCHEME_DEFAULT, ...options }: SchemeChoice): Scheme {
  const named = schemeNamed(scheme);
  const [stage] = Object.keys(options.parts ?? {});
  if (stage !== undefined && named.hasParts !== true) {
    throw new StandinRangeError(
      "SCHEME_PARTS",
      `parts: expected the scheme ${SCHEME_DEFAULT}, whose parts can be chosen, got ${stage} for ${scheme}`,
    );
  }
  return named.make(options);
}
