import ts from "typescript";
import { finding, parse, type SourceText } from "./source-text.ts";

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

/** The names that a statement exports under themselves, for the finding. */
function namesOf(node: ts.Statement): string {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText()).join(", ");
  }
  const { name } = node as ts.Node as { name?: ts.Node };
  return name?.getText() ?? "default";
}

function hasDocComment(file: ts.SourceFile, node: ts.Node): boolean {
  const comments = ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? [];
  return comments.some(({ pos, end }) => /^\/\*\*[\s\S]*\w/.test(file.text.slice(pos, end)));
}

/** The names of a file's local declarations that an `export { … }` of the same file lists. */
function listedExports(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const node of file.statements) {
    if (!ts.isExportDeclaration(node) || node.moduleSpecifier !== undefined) continue;
    if (node.exportClause === undefined || !ts.isNamedExports(node.exportClause)) continue;
    for (const { name, propertyName } of node.exportClause.elements) {
      names.add((propertyName ?? name).text);
    }
  }
  return names;
}

/** Finds exported declarations without a doc comment; of overloads the first one carries it. */
export function findUndocumented(sources: readonly SourceText[]): string[] {
  const findings: string[] = [];
  for (const source of sources) {
    const file = parse(source);
    const listed = listedExports(file);
    const documented = new Set<string>();
    for (const node of file.statements) {
      if (ts.isExportDeclaration(node) || ts.isImportDeclaration(node)) continue;
      const names = namesOf(node);
      if (!isExported(node) && !names.split(", ").some((name) => listed.has(name))) continue;
      if (hasDocComment(file, node)) documented.add(names);
      else if (!documented.has(names)) {
        findings.push(finding(file, node, `exported without a doc comment: ${names}`));
      }
    }
  }
  return findings;
}
