import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A file of the project: its path from the root, with forward slashes, and its text. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Folders that hold what is fetched or generated, at the root only. */
const GENERATED = new Set([".git", "node_modules", "dist", "build", "coverage", "reports"]);

const BINARY = /\.(wasm|png|jpg|gif|ico|tgz|gz|zip|bin|db|sqlite|img|node|woff2?)$/;

/** Reads every text file of the project below `folder` ("" is the root), sorted by path. */
export function projectFiles(folder = ""): SourceText[] {
  const found: SourceText[] = [];
  for (const entry of readdirSync(`${ROOT}${folder}`, { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!GENERATED.has(path) && entry.name !== "node_modules") found.push(...projectFiles(path));
    } else if (entry.isFile() && !BINARY.test(entry.name)) {
      found.push({ path, text: readFileSync(`${ROOT}${path}`, "utf8") });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files of the project with these beginnings and this ending. */
export function projectFilesUnder(prefixes: readonly string[], ending: string): SourceText[] {
  return projectFiles().filter(
    ({ path }) => path.endsWith(ending) && prefixes.some((prefix) => path.startsWith(prefix)),
  );
}

/** Parses a file; comments and strings are then no trap for a rule. */
export function parse({ path, text }: SourceText): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
}

/** Calls `visit` for every node below `node`, in source order. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    visit(child);
    walk(child, visit);
  });
}

/** A finding as an editor understands it: "path:line: message". */
export function finding(file: ts.SourceFile, node: ts.Node, message: string): string {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return `${file.fileName}:${line + 1}: ${message}`;
}

/** Every module that a file names: imports, re-exports, import() and import types. */
export function importsOf(file: ts.SourceFile): { specifier: string; node: ts.Node }[] {
  const found: { specifier: string; node: ts.Node }[] = [];
  const add = (expression: ts.Node | undefined, node: ts.Node): void => {
    if (expression !== undefined && ts.isStringLiteralLike(expression)) {
      found.push({ specifier: expression.text, node });
    }
  };
  walk(file, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      add(node.moduleSpecifier, node);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], node);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, node);
    }
  });
  return found;
}
