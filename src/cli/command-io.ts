import type { Keyboard } from "./keyboard.ts";

/** Everything a command knows of the world outside, but for files. */
export interface CommandIo {
  /** Takes data: what the command was asked for. */
  stdout(text: string): void;
  /** Takes everything else: notes, progress, what went wrong. */
  stderr(text: string): void;
  /** Whether the data go to a terminal, and so to a person. */
  readonly isTerminal: boolean;
  /** Whether the notes go to a terminal. Default no. */
  readonly isErrorTerminal?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Takes over the terminal's keyboard; absent where no person types. */
  readonly keyboard?: () => Keyboard;
  /** Aborted when the user interrupts. */
  readonly signal?: AbortSignal;
}
