const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Words that say nothing of what a file holds. */
const EMPTY_WORDS = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "manager",
  "managers",
  "common",
  "misc",
]);

/** Finds folders and files of code whose names are not kebab-case or hold a word that says nothing. */
export function findBadNames(paths: readonly string[]): string[] {
  const findings: string[] = [];
  for (const path of paths) {
    for (const part of path.split("/")) {
      const stem = part.replace(/(\.test|\.d)?\.[a-z]+$/, "");
      if (!KEBAB.test(stem)) findings.push(`${path}:1: "${part}" is not kebab-case`);
      const empty = stem.split("-").find((word) => EMPTY_WORDS.has(word));
      if (empty !== undefined) findings.push(`${path}:1: "${empty}" does not say what it holds`);
    }
  }
  return findings;
}
