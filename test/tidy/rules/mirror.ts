import ts from "typescript";
import { parse, type SourceText } from "./source-text.ts";

const COVERS = /^\/\/ covers (.+)$/;

/** Whether a file holds anything that runs: not only types, imports and re-exports. */
function holdsCode(source: SourceText): boolean {
  return parse(source).statements.some(
    (node) =>
      !ts.isImportDeclaration(node) &&
      !ts.isExportDeclaration(node) &&
      !ts.isInterfaceDeclaration(node) &&
      !ts.isTypeAliasDeclaration(node),
  );
}

/** The paths in the `// covers …` line of a test, empty without one. */
function coveredBy(test: SourceText): string[] {
  const list = COVERS.exec(test.text.split("\n", 1)[0] ?? "")?.[1];
  return list === undefined ? [] : list.split(",").map((path) => path.trim());
}

/**
 * Finds sources without a test: src/a/b.ts is tested by test/a/b.test.ts, or by a test whose first line
 * reads `// covers src/a/b.ts, src/a/c.ts`. A path in such a line that does not exist is found too.
 */
export function findUntested(
  sources: readonly SourceText[],
  tests: readonly SourceText[],
): string[] {
  const findings: string[] = [];
  const known = new Set(sources.map(({ path }) => path));
  const covered = new Set<string>();
  for (const test of tests) {
    covered.add(test.path.replace(/^test\//, "src/").replace(/\.test\.ts$/, ".ts"));
    for (const path of coveredBy(test)) {
      covered.add(path);
      if (!known.has(path)) findings.push(`${test.path}:1: covers ${path}, which does not exist`);
    }
  }
  for (const source of sources) {
    if (covered.has(source.path) || !holdsCode(source)) continue;
    const mirror = source.path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");
    findings.push(`${source.path}:1: no ${mirror} and no test says "// covers ${source.path}"`);
  }
  return findings;
}
