import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What a command was given, by option and by place. */
export type ParsedArguments<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/**
 * Reads a command's arguments.
 *
 * @throws UsageError for an unknown option, a missing or a superfluous value.
 */
export function parseArguments<const O extends Options>(
  args: readonly string[],
  options: O,
): ParsedArguments<O> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(explain(error, Object.keys(options)));
  }
}

/** What Node's parser complains about, as what was expected and what was given. */
function explain(error: unknown, names: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '([^']*)'/.exec(message)?.[1];
  if (unknown !== undefined) {
    const known = names.map((name) => `--${name}`).join(", ");
    return `expected one of the options ${known}, got ${unknown}`;
  }
  const option = /^Option '(--[^ ']*)/.exec(message)?.[1] ?? "an option";
  if (message.includes("does not take")) return `${option}: expected no value, got one`;
  if (message.includes("missing")) return `${option}: expected a value, got none`;
  if (message.includes("ambiguous")) {
    return `${option}: expected a value, got what looks like an option (${option}=VALUE takes it)`;
  }
  return message.split("\n", 1)[0] ?? "";
}
