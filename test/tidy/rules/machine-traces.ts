import type { SourceText } from "./source-text.ts";

// spelled in parts, so that this file does not hold what it looks for
const FOLDERS = ["work", "tmp", "root", "home/[a-z]+"].join("|");
const MACHINE_PATH = new RegExp(`(?<![\\w.-])/(?:${FOLDERS})/`);
const CONFLICT = new RegExp(`^(?:${"<".repeat(7)}|${">".repeat(7)}|\\|{7}) `);

/** Finds paths of somebody's machine and marks of an unfinished merge. */
export function findMachineTraces(files: readonly SourceText[]): string[] {
  const findings: string[] = [];
  for (const { path, text } of files) {
    text.split("\n").forEach((line, index) => {
      const machine = MACHINE_PATH.exec(line)?.[0];
      if (machine !== undefined)
        findings.push(`${path}:${index + 1}: path of a machine: ${machine}`);
      if (CONFLICT.test(line)) findings.push(`${path}:${index + 1}: mark of a merge`);
    });
  }
  return findings;
}
