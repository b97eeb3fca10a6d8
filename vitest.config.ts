import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

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
