import ts from "typescript";
import { finding, importsOf, parse, type SourceText, walk } from "./source-text.ts";

/** What the library must not use: the content of determinism.json. */
export interface Bans {
  readonly globals: readonly string[];
  /** The functions of `Math` whose results are the same bits on every engine; all others are banned. */
  readonly mathAllowed: readonly string[];
  readonly methods: readonly string[];
}

function isScope(node: ts.Node): boolean {
  return (
    ts.isSourceFile(node) ||
    ts.isBlock(node) ||
    ts.isModuleBlock(node) ||
    ts.isCaseBlock(node) ||
    ts.isCatchClause(node) ||
    ts.isForStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node) ||
    ts.isFunctionLike(node)
  );
}

function enclosingScope(node: ts.Node): ts.Node {
  let scope = node.parent;
  while (!isScope(scope)) scope = scope.parent;
  return scope;
}

/** For each declared name the scopes that declare it. */
function declarations(file: ts.SourceFile): Map<string, Set<ts.Node>> {
  const scopes = new Map<string, Set<ts.Node>>();
  walk(file, (node) => {
    if (
      ts.isVariableDeclaration(node) ||
      ts.isBindingElement(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isNamespaceImport(node) ||
      ts.isImportClause(node)
    ) {
      const { name } = node;
      if (name === undefined || !ts.isIdentifier(name)) return;
      const known = scopes.get(name.text) ?? new Set();
      scopes.set(name.text, known.add(enclosingScope(node)));
    }
  });
  return scopes;
}

/** Whether an identifier only names something (a member, a key, a declaration) and does not refer to a variable. */
function isOnlyName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.initializer !== node;
  if (ts.isPropertyAssignment(parent) || ts.isEnumMember(parent)) return parent.name === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.name === node;
  if (ts.isPropertyDeclaration(parent)) return parent.name === node;
  return (
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isGetAccessor(parent) ||
    ts.isSetAccessor(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isFunctionExpression(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ts.isNamedTupleMember(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isTypeParameterDeclaration(parent)
  );
}

function isDeclaredHere(node: ts.Identifier, scopes: Map<string, Set<ts.Node>>): boolean {
  const declaring = scopes.get(node.text);
  if (declaring === undefined) return false;
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    if (declaring.has(at.parent)) return true;
  }
  return false;
}

function isAsync(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false)
  );
}

function describe(
  node: ts.Node,
  bans: Bans,
  scopes: Map<string, Set<ts.Node>>,
): string | undefined {
  if (ts.isForInStatement(node)) return "for-in: the order of keys is easily got wrong";
  if (ts.isAwaitExpression(node)) return "await";
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return "for await";
  if (isAsync(node)) return "async function";
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    if (kind === ts.SyntaxKind.AsteriskAsteriskToken) return "operator **";
    if (kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return "operator **=";
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return "import()";
  }
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
    return "import.meta";
  }
  if (ts.isPropertyAccessExpression(node) && bans.methods.includes(node.name.text)) {
    return `.${node.name.text}: depends on the locale`;
  }
  if (!ts.isIdentifier(node) || isOnlyName(node) || isDeclaredHere(node, scopes)) return undefined;
  if (bans.globals.includes(node.text)) return node.text;
  if (node.text !== "Math") return undefined;
  const { parent } = node;
  if (!ts.isPropertyAccessExpression(parent)) return "Math other than Math.name";
  return bans.mathAllowed.includes(parent.name.text) ? undefined : `Math.${parent.name.text}`;
}

/**
 * Finds uses of the outside world and of arithmetic whose bits differ between engines.
 *
 * @param packages What each folder of src/ may import beside relative paths.
 */
export function findNondeterminism(
  sources: readonly SourceText[],
  bans: Bans,
  packages: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const findings: string[] = [];
  for (const source of sources) {
    const file = parse(source);
    const scopes = declarations(file);
    for (const { specifier, node } of importsOf(file)) {
      if (specifier.startsWith(".")) continue;
      if (packages[source.path.split("/")[1] ?? ""]?.includes(specifier) === true) continue;
      findings.push(finding(file, node, `banned in the library: import of ${specifier}`));
    }
    walk(file, (node) => {
      const what = describe(node, bans, scopes);
      if (what !== undefined) findings.push(finding(file, node, `banned in the library: ${what}`));
    });
  }
  return findings;
}
