import { posix } from "node:path";
import type { SourceText } from "./source-text.ts";

/** What documents may name. */
export interface DocumentFacts {
  /** Whether a path from the root is a file or a folder of the project. */
  readonly exists: (path: string) => boolean;
  /** Names that `npm run` knows. */
  readonly scripts: readonly string[];
}

/** Folders whose files documents name in code: `src/sim/engine.ts`. */
const PATH =
  /^(?:src|test|docs|examples|bench|scripts|guests|smoke|types)\/[\w./-]+(?:\.\w+|\/)(?=$|[ :#])/;

interface Line {
  readonly number: number;
  readonly text: string;
}

/** The lines outside of code blocks. */
function proseOf(text: string): Line[] {
  let isCode = false;
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*```/.test(line)) {
      isCode = !isCode;
      return [];
    }
    return isCode ? [] : [{ number: index + 1, text: line }];
  });
}

/** Headings as links name them: in small letters, without signs, spaces as hyphens; a second one of a name with -1. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const { text: line } of proseOf(text)) {
    const [, heading] = /^#{1,6} +(.*)$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    let count = 0;
    while (anchors.has(count === 0 ? anchor : `${anchor}-${count}`)) count += 1;
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

const columnsOf = (row: string): number => row.match(/(?<!\\)\|/g)?.length ?? 0;

/** Rows that no head stands above, and rows of more or fewer columns than it: they are shown as text, or cut off. */
function tablesOf(lines: readonly Line[]): { number: number; message: string }[] {
  const found: { number: number; message: string }[] = [];
  let head: Line | undefined;
  for (const [index, line] of lines.entries()) {
    if (!line.text.startsWith("|")) {
      head = undefined;
    } else if (head === undefined) {
      head = line;
      if (!/^\|(?: *:?-+:? *\|)+$/.test(lines[index + 1]?.text ?? "")) {
        found.push({ number: line.number, message: "a table without a head" });
      }
    } else if (columnsOf(line.text) !== columnsOf(head.text)) {
      found.push({ number: line.number, message: "a row with other columns than its head" });
    }
  }
  return found;
}

/**
 * Finds what a reader of documents would stumble over: links that lead nowhere, files and `npm run` commands that
 * there are not, tables that are none.
 */
export function findStumblingBlocks(
  documents: readonly SourceText[],
  { exists, scripts }: DocumentFacts,
): string[] {
  const anchors = new Map(documents.map(({ path, text }) => [path, anchorsOf(text)]));
  return documents.flatMap(({ path, text }) => {
    const lines = proseOf(text);
    const found = tablesOf(lines);
    const add = (number: number, message: string): void => void found.push({ number, message });
    for (const { number, text: line } of lines) {
      for (const [, target = ""] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [file = "", anchor] = target.split("#");
        const to = file === "" ? path : posix.join(posix.dirname(path), file);
        if (!exists(to)) add(number, `a link to ${target}, which there is not`);
        else if (anchor !== undefined && anchors.get(to)?.has(anchor) === false) {
          add(number, `a link to ${target}, and no heading of that name`);
        }
      }
      for (const [, code = ""] of line.matchAll(/`([^`]+)`/g)) {
        const [named] = PATH.exec(code) ?? [];
        if (named !== undefined && !exists(named)) add(number, `${named}, which there is not`);
      }
    }
    for (const [index, line] of text.split("\n").entries()) {
      for (const [, script = ""] of line.matchAll(/npm run (?:--silent |-s )?([\w:-]+)/g)) {
        if (!scripts.includes(script)) add(index + 1, `npm run ${script}, which there is not`);
      }
    }
    return found
      .sort((a, b) => a.number - b.number)
      .map(({ number, message }) => `${path}:${number}: ${message}`);
  });
}
