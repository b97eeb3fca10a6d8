/** What a person types at the terminal while a command runs. */
export interface Keyboard {
  /** Gives what was typed to `take`, which returns how many bytes it took; the rest waits. */
  type(take: (bytes: Uint8Array) => number): void;
  /** Waits until something is typed, or the command is interrupted. */
  wait(): Promise<void>;
  /** Gives the terminal back. */
  close(): void;
}

/** Ctrl-C, which a terminal in raw mode does not turn into a signal. */
const INTERRUPT = 0x03;

/** The part of a terminal's input stream that a keyboard needs; `process.stdin` has it. */
export interface TerminalInput {
  setRawMode(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  off(event: "data", listener: (bytes: Uint8Array) => void): unknown;
}

/**
 * Takes over a terminal: every key goes to the command at once, but for Ctrl-C.
 *
 * @param interrupt Called for Ctrl-C.
 */
export function terminalKeyboard(input: TerminalInput, interrupt: () => void): Keyboard {
  let typed: number[] = [];
  let wake: (() => void) | undefined;
  const listener = (bytes: Uint8Array): void => {
    if (bytes.includes(INTERRUPT)) interrupt();
    typed.push(...bytes);
    wake?.();
  };
  input.setRawMode(true);
  input.resume();
  input.on("data", listener);
  return {
    type(take) {
      if (typed.length > 0) typed = typed.slice(take(Uint8Array.from(typed)));
    },
    async wait() {
      if (typed.length > 0) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    },
    close() {
      input.off("data", listener);
      input.pause();
      input.setRawMode(false);
    },
  };
}
