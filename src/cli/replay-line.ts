/** The command that repeats a run, safe to paste into a shell. */
export function replayLine(args: readonly string[]): string {
  return ["standin", ...args].map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
