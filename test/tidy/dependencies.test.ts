import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findDependencies, type PackageManifest } from "./rules/dependencies.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

test("dependencies: the library has none, and its tools are pinned", () => {
  const manifest = JSON.parse(read("package.json")) as PackageManifest;
  expect(findDependencies(manifest, read("package-lock.json"))).toEqual([]);
});

test("dependencies: what is needed at run time is found", () => {
  expect(findDependencies({ dependencies: { "left-pad": "1.0.0" } }, "{}")).toHaveLength(1);
  expect(findDependencies({ optionalDependencies: { "left-pad": "1.0.0" } }, "{}")).toHaveLength(1);
  expect(findDependencies({ dependencies: {} }, "{}")).toEqual([]);
});

test("dependencies: a peer that everybody would have to install is found", () => {
  const peerDependencies = { vitest: ">=3" };
  expect(findDependencies({ peerDependencies }, "{}")).toHaveLength(1);
  const peerDependenciesMeta = { vitest: { optional: true } };
  expect(findDependencies({ peerDependencies, peerDependenciesMeta }, "{}")).toEqual([]);
});

test("dependencies: a version that floats is found", () => {
  for (const version of ["^1.0.0", "~1.0.0", "1", "latest", "npm:a@^1.0.0"]) {
    expect(findDependencies({ devDependencies: { a: version } }, "{}")).toHaveLength(1);
  }
  const pinned = { a: "1.0.0", b: "npm:@scope/c@1.0.0" };
  expect(findDependencies({ devDependencies: pinned }, "{}")).toEqual([]);
});

test("dependencies: addresses of a registry in the lockfile are found", () => {
  const lockfile = '{ "resolved": "https://registry.example/a.tgz" }';
  expect(findDependencies({}, lockfile)).toHaveLength(1);
});
