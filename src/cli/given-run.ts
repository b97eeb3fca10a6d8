import { type NamedRun, parseRun } from "../explore/run-literal.ts";
import { readInput } from "./input-file.ts";
import { UsageError } from "./usage-error.ts";

/** Longest file that is read as a run; the text itself has a bound of its own. */
const BYTES_MAX = 4 * 1_048_576;

/**
 * The run that a command was given: JSON on the command line, or a file that holds the same.
 *
 * @param positionals What the command was given by place.
 * @throws UsageError when there is not exactly one, or the file cannot be read.
 * @throws StandinRangeError, StandinTypeError as `parseRun` does.
 */
export function givenRun(positionals: readonly string[], cwd: string): NamedRun {
  const [given, extra] = positionals;
  if (given === undefined) throw new UsageError("FILE|LITERAL: expected one, got none");
  if (extra !== undefined) throw new UsageError(`FILE|LITERAL: expected one, got also "${extra}"`);
  if (given.trimStart().startsWith("{")) return parseRun(given);
  return parseRun(readInput(given, cwd, BYTES_MAX).replace(/^\uFEFF/, ""));
}
