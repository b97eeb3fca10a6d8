import ts from "typescript";
import { finding, parse, type SourceText, walk } from "./source-text.ts";

const LEAVES_OUT = new Set(["skip", "only", "todo", "skipIf", "runIf"]);
const RUNNERS = new Set(["test", "it", "describe", "suite", "bench"]);

/** The identifier that a chain such as `test.each(…).skip` begins with. */
function root(node: ts.Expression): string | undefined {
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node))
    return root(node.expression);
  return ts.isIdentifier(node) ? node.text : undefined;
}

/**
 * Finds tests that are left out in silence. What cannot run here says so when it runs:
 * `test("…", (context) => { context.skip("reason") })`, with a reason.
 */
export function findSkipped(tests: readonly SourceText[]): string[] {
  const findings: string[] = [];
  for (const test of tests) {
    const file = parse(test);
    walk(file, (node) => {
      if (ts.isIdentifier(node) && ["xit", "xtest", "xdescribe", "fit"].includes(node.text)) {
        findings.push(finding(file, node, `${node.text} leaves tests out`));
      }
      if (!ts.isPropertyAccessExpression(node) || !LEAVES_OUT.has(node.name.text)) return;
      const first = root(node.expression);
      if (first !== undefined && RUNNERS.has(first)) {
        findings.push(finding(file, node, `.${node.name.text} leaves tests out`));
      } else if (node.name.text === "skip" && ts.isCallExpression(node.parent)) {
        const reasons = node.parent.arguments;
        const last = reasons[reasons.length - 1];
        const given = last !== undefined && !(ts.isStringLiteralLike(last) && last.text === "");
        if (!given) findings.push(finding(file, node, "skip() without a reason"));
      }
    });
  }
  return findings;
}
