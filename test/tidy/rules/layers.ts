import { posix } from "node:path";
import { finding, importsOf, parse, type SourceText } from "./source-text.ts";

/** The folder of src/ in which a path lies, "." for a file of src/ itself, undefined outside src/. */
function layerOf(path: string): string | undefined {
  const parts = path.split("/");
  if (parts[0] !== "src") return undefined;
  return parts.length === 2 ? "." : parts[1];
}

/**
 * Finds imports that go up: a folder imports only from itself and from those before it in `layers`. What runs
 * inside the library imports relative paths and nothing else; only the folders of `outside` may name `node:` modules,
 * and only those of `packages` the packages listed there.
 */
export function findLayerBreaks(
  sources: readonly SourceText[],
  layers: readonly string[],
  outside: readonly string[],
  packages: Readonly<Record<string, readonly string[]>>,
): string[] {
  const findings: string[] = [];
  for (const source of sources) {
    const layer = layerOf(source.path);
    if (layer === undefined) continue;
    const rank = layers.indexOf(layer);
    if (rank < 0) {
      findings.push(`${source.path}:1: the folder ${layer}/ is not in the list of layers`);
      continue;
    }
    const file = parse(source);
    for (const { specifier, node } of importsOf(file)) {
      if (!specifier.startsWith(".")) {
        const allowed =
          (outside.includes(layer) && specifier.startsWith("node:")) ||
          packages[layer]?.includes(specifier) === true;
        if (!allowed) findings.push(finding(file, node, `imports the package ${specifier}`));
        continue;
      }
      const target = layerOf(posix.join(posix.dirname(source.path), specifier));
      if (target === undefined) {
        findings.push(finding(file, node, `imports ${specifier}, which lies outside src/`));
      } else if (layers.indexOf(target) < 0 || layers.indexOf(target) > rank) {
        findings.push(finding(file, node, `${layer} imports ${target}, which lies above it`));
      }
    }
  }
  return findings;
}
