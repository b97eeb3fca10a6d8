/** Where a text stops being a JSON array. */
export interface JsonDamage {
  /** Elements of the array before the damage. */
  readonly elements: number;
  /** Whether the text ends too early, with everything before the end in order. */
  readonly truncated: boolean;
}

/** Index of the closing quote of the string whose text begins at `start`; the length if there is none. */
function endOfString(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at, text.length);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds the element of a top-level array at which the text stops being JSON. Engines word the errors
 * of their own parsers differently, and count characters; people count entries.
 *
 * @param text Begins with `[` after white space, and `JSON.parse` refuses it.
 */
export function findJsonDamage(text: string): JsonDamage {
  let depth = 0;
  let elements = 0;
  let start = text.indexOf("[") + 1;
  for (let at = start - 1; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') at = endOfString(text, at + 1);
    else if (letter === "[" || letter === "{") depth += 1;
    else if (letter === "]" || letter === "}") depth -= 1;
    const ends = depth === 0 || (depth === 1 && letter === ",");
    if (!ends) continue;
    if (!parses(text.slice(start, at))) return { elements, truncated: false };
    elements += 1;
    start = at + 1;
    if (depth === 0) return { elements, truncated: false };
  }
  return { elements, truncated: true };
}
