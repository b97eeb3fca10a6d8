/**
 * A text broken between words into lines that are not wider than that, unless a word is.
 *
 * @param width Characters of a line.
 */
export function wrappedText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
