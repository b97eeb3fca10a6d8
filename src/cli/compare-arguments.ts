import { parseArguments } from "./arguments.ts";
import { UsageError } from "./usage-error.ts";

/** What `standin compare` can be told to do. */
export const compared = ["parts", "schemes", "sweep"] as const;

/** The arguments of `standin compare` as they were given. */
export interface CompareArguments {
  /** What stands behind the word that says what to compare. */
  readonly names: readonly string[];
  readonly values: {
    readonly scenario?: readonly string[];
    readonly stage?: readonly string[];
    readonly part?: readonly string[];
    readonly scheme?: string;
    readonly seed?: string;
    readonly until?: string;
    readonly interval?: string;
    readonly profile?: string;
    readonly svg?: string;
    readonly json?: boolean;
    readonly markdown?: boolean;
  };
}

/**
 * Takes the arguments of `standin compare` apart.
 *
 * @throws UsageError for an option that there is not, or something that cannot be compared.
 */
export function parseCompareArguments(
  args: readonly string[],
): CompareArguments & { readonly what: (typeof compared)[number] } {
  const { values, positionals } = parseArguments(args, {
    scenario: { type: "string", multiple: true },
    stage: { type: "string", multiple: true },
    part: { type: "string", multiple: true },
    scheme: { type: "string" },
    seed: { type: "string" },
    until: { type: "string" },
    interval: { type: "string" },
    profile: { type: "string" },
    svg: { type: "string" },
    json: { type: "boolean" },
    markdown: { type: "boolean" },
  });
  const [first, ...names] = positionals;
  const what = compared.find((each) => each === first);
  if (what === undefined) {
    const given = first === undefined ? "none" : `"${first}"`;
    throw new UsageError(`expected what to compare (${compared.join(", ")}), got ${given}`);
  }
  return { what, names, values };
}
