import type { CommandIo } from "./command-io.ts";
import { commands } from "./commands.ts";
import { EXIT } from "./exit-code.ts";
import { replayLine } from "./replay-line.ts";
import { UsageError } from "./usage-error.ts";
import { packageVersion } from "./version.ts";

/**
 * Runs the command line: data to `stdout`, everything else to `stderr`.
 *
 * @param argv The arguments, without the program's name.
 * @returns The exit code; it never throws for anything that the arguments ask for.
 */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...args] = argv;
  if (name === "--version") {
    io.stdout(`${packageVersion()}\n`);
    return EXIT.clean;
  }
  if (name === "--help" || name === "-h") {
    io.stdout(overview());
    return EXIT.clean;
  }
  const command = commands.find((each) => each.name === name);
  try {
    if (command === undefined) {
      const names = commands.map((each) => each.name).join(", ");
      throw new UsageError(`expected a command (${names}), got ${given(name)}`);
    }
    if (isHelpWanted(args)) {
      io.stdout(command.help);
      return EXIT.clean;
    }
    return await command.run(args, io);
  } catch (error) {
    return explain(error, command?.name, argv, io);
  }
}

function isHelpWanted(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === "--help" || arg === "-h");
}

function given(name: string | undefined): string {
  return name === undefined ? "none" : `"${name}"`;
}

/** What went wrong, for a person: a mistake in the arguments without a stack trace. */
function explain(
  error: unknown,
  command: string | undefined,
  argv: readonly string[],
  io: CommandIo,
): number {
  const program = command === undefined ? "standin" : `standin ${command}`;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError || isMisuse(error)) {
    io.stderr(`${program}: ${message}\n(${program} --help says more)\n`);
    return EXIT.usage;
  }
  const isLocated = error instanceof Error && "timeNs" in error;
  // A failure inside the simulation says where it happened; anything else needs its stack.
  const text = isLocated || !(error instanceof Error) ? message : (error.stack ?? message);
  io.stderr(`${program}: the run could not be finished: ${text}\n`);
  io.stderr(`replay: ${replayLine(argv)}\n`);
  return EXIT.failed;
}

/** The library refused an argument. By name: a scenario's module may bring its own copy of it. */
function isMisuse(error: unknown): boolean {
  return error instanceof Error && /^Standin(Range|Type)Error$/.test(error.name);
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `usage: standin COMMAND [arguments]

standin simulates a fault-tolerant cluster down to the page: a machine runs on one host, another
host is kept ready, hosts fail on request, and what clients were told is compared with what is left.

commands
${list.join("")}
  standin COMMAND --help   options, defaults and examples of a command
  standin --version        the version

examples
  standin run counter --crash a@310ms
  standin run counter --crash a@310ms --json --seed 7
  standin explore counter --seeds 500
  standin list
`;
}
