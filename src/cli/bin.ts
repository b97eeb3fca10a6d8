#!/usr/bin/env node
import { run } from "./command-line.ts";
import { EXIT } from "./exit-code.ts";
import { type Keyboard, terminalKeyboard } from "./keyboard.ts";

const interruption = new AbortController();
process.on("SIGINT", () => {
  // Once: stop at the next slice and clean up. Twice: at once.
  if (interruption.signal.aborted) process.exit(EXIT.interrupted);
  interruption.abort();
});

// Whoever reads the output may have had enough of it (standin … | head): no reason to complain.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.clean);
    throw error;
  });
}

// A person types at both ends of a terminal, or not at all.
const isInteractive = process.stdin.isTTY && process.stdout.isTTY;
const keyboard = (): Keyboard =>
  terminalKeyboard(process.stdin, () => {
    interruption.abort();
  });

process.exitCode = await run(process.argv.slice(2), {
  ...(isInteractive ? { keyboard } : {}),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
  isErrorTerminal: process.stderr.isTTY,
  env: process.env,
  cwd: process.cwd(),
  signal: interruption.signal,
});
