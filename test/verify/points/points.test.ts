import ts from "typescript";
import { expect, test } from "vitest";
import { pointOf, points } from "../../../src/verify/points/points.ts";
import { parse, projectFilesUnder, type SourceText, walk } from "../../tidy/rules/source-text.ts";

const sources = projectFilesUnder(["src/"], ".ts");

/** The `kind: "…"` of an object in the source; undefined without one. */
function kindOf(node: ts.ObjectLiteralExpression): string | undefined {
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== "kind") continue;
    if (ts.isStringLiteral(property.initializer)) return property.initializer.text;
  }
  return undefined;
}

/** Kinds that a source announces: `….announce({ kind: "x", … })` or `….#announce("x", …)`. */
function announcedIn(source: SourceText): string[] {
  const found: string[] = [];
  walk(parse(source), (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    if (!/^#?announce$/.test(node.expression.name.text)) return;
    const [first] = node.arguments;
    if (first === undefined) return;
    if (ts.isStringLiteral(first)) found.push(first.text);
    const kind = ts.isObjectLiteralExpression(first) ? kindOf(first) : undefined;
    if (kind !== undefined) found.push(kind);
  });
  return found;
}

/** Kinds that the record types of a source declare. */
function declaredIn(source: SourceText): string[] {
  const found: string[] = [];
  walk(parse(source), (node) => {
    if (!ts.isPropertySignature(node) || node.name.getText() !== "kind") return;
    node.type?.getText().replace(/"([^"]+)"/g, (_whole, kind: string) => {
      found.push(kind);
      return "";
    });
  });
  return found;
}

const listed = (isAnnounced: boolean): string[] =>
  points.filter(({ announced }) => announced === isAnnounced).map(({ kind }) => kind);

test("points: what the sources announce is listed as announced, and nothing else is", () => {
  const announced = sources.flatMap(announcedIn);
  expect(announced.length).toBeGreaterThan(20);
  expect(listed(true).sort()).toEqual([...new Set(announced)].sort());
});

test("points: every kind of record that a layer declares is listed", () => {
  const declared = sources.filter(({ path }) => path.endsWith("/records.ts")).flatMap(declaredIn);
  expect(declared.length).toBeGreaterThan(40);
  expect(points.map(({ kind }) => kind).sort()).toEqual([...new Set(declared)].sort());
});

test("points: the collection finds both ways to announce, and no other call of that name", () => {
  const text = `
    yield* engine.announce<R>({ kind: "a.b", host });
    yield* this.#announce("c.d", { pages });
    clients.announce(machine, host);
  `;
  expect(announcedIn({ path: "src/x.ts", text })).toEqual(["a.b", "c.d"]);
  const types = `type R = { readonly kind: "e.f" | "g.h"; host: string };`;
  expect(declaredIn({ path: "src/records.ts", text: types })).toEqual(["e.f", "g.h"]);
});

test("points: each has a meaning of its own, in one line", () => {
  expect(new Set(points.map(({ kind }) => kind)).size).toBe(points.length);
  expect(new Set(points.map(({ meaning }) => meaning)).size).toBe(points.length);
  for (const { kind, meaning } of points) {
    expect(kind).toMatch(/^[a-z-]+\.[a-z-]+$/);
    expect(meaning).toMatch(/^[a-z][^\n]{10,90}$/);
  }
});

test("points: a known name is found, an unknown one is refused with those that resemble it", () => {
  expect(pointOf("commit.sent", [], "when").announced).toBe(true);
  expect(pointOf("host.crashed", [], "when").announced).toBe(false);
  expect(pointOf("my.point", ["my.point"], "when").announced).toBe(true);
  expect(() => pointOf("my.point", [], "when")).toThrow(
    /^when: expected the name of a point, such as synchronisation.started, .*, got "my.point"$/,
  );
  expect(() => pointOf("commit.snet", [], "faults[2].at.point")).toThrow(
    'faults[2].at.point: expected the name of a point, such as commit.sent, got "commit.snet"',
  );
  expect(() => pointOf("x".repeat(1_000), [], "when")).toThrow(/got "x{60}\.\.\."$/);
  expect(() => pointOf("toString", [], "when")).toThrow(expect.objectContaining({ code: "POINT" }));
});
