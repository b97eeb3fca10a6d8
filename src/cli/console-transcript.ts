import type { Console } from "../client/console.ts";

/** Lines of a transcript that are shown: those that came last. */
const LINES_MAX = 16;

/** Longest line shown. */
const COLUMNS_MAX = 100;

/** The end of what a console has received, for a person; empty if that is nothing. */
export function consoleTranscript({ name, text }: Pick<Console, "name" | "text">): string {
  const printable = text.replace(/\r/g, "").replace(/[^\n -~]/g, "?");
  const lines = printable.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) return "";
  const shown = lines.slice(-LINES_MAX).map((line) => `  ${line.slice(0, COLUMNS_MAX)}`);
  const before = lines.length > shown.length ? ", the end" : "";
  const bytes = text.length.toLocaleString("en-US");
  return `\n${name}: ${bytes} bytes${before}\n${shown.join("\n")}\n`;
}
