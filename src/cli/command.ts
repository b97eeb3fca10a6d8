import type { CommandIo } from "./command-io.ts";

/** One command of the command line; each stands in a file of `commands/`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints: usage, options with their defaults, examples, exit codes. */
  readonly help: string;
  /**
   * @param args What follows the command's name.
   * @returns The exit code.
   * @throws UsageError when the arguments ask for something that cannot be.
   */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}
