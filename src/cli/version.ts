import { readFileSync } from "node:fs";

/** The package's version, from its package.json. */
export function packageVersion(): string {
  // The same distance from src/cli/ as from dist/cli/.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
