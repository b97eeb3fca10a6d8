import { clip } from "./quantity.ts";

/** Characters that XML 1.0 cannot carry, not even escaped, and line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones meant
const UNSPEAKABLE = /[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for the inside of an element or an attribute: of one line, at most so long, and nothing in it is markup. */
export function svgText(text: string, charactersMax: number): string {
  // Clipped before: that may cut a character in two.
  const plain = clip(text, charactersMax).replace(UNSPEAKABLE, "�");
  return plain.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
