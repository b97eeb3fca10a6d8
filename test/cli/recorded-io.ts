import { tmpdir } from "node:os";
import type { CommandIo } from "../../src/cli/command-io.ts";

/** A world outside that remembers what was said to it. */
export interface RecordedIo extends CommandIo {
  readonly out: () => string;
  readonly err: () => string;
}

/** Not a terminal, an empty environment, and a folder that holds no scenarios. */
export function recordedIo(changes: Partial<CommandIo> = {}): RecordedIo {
  const [out, err]: [string[], string[]] = [[], []];
  return {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    isTerminal: false,
    env: {},
    cwd: tmpdir(),
    ...changes,
    out: () => out.join(""),
    err: () => err.join(""),
  };
}
