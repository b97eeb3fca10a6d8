import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Folders with tests that take minutes. */
const LONG = /\/(?:test\/(?:explore|cli\/commands|schemes)|examples)\//;

/**
 * Begins with what takes longest, so that in the end no worker is left alone with it. Vitest goes by the size of
 * files until it knows how long they take, and a file of five lines may hunt a whole zoo.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: {
    // tests and examples name the package as its users do, and get the sources, not the build
    alias: [
      { find: /^standin$/, replacement: source("index.ts") },
      { find: /^standin\/guests$/, replacement: source("guests.ts") },
      { find: /^standin\/fast-check$/, replacement: source("fast-check/arbitraries.ts") },
      { find: /^standin\/vitest$/, replacement: source("vitest/register.ts") },
      { find: /^standin\/workers$/, replacement: source("workers.ts") },
      { find: /^#src\/(.*)$/, replacement: source("$1.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    pool: "threads",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: {
      provider: "v8",
      include: ["src/**"],
      exclude: ["src/cli/**"],
      reportsDirectory: "coverage",
    },
  },
});
