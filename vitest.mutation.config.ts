import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

const { resolve, test } = base;
const folders = (process.env["MUTATION_TESTS"] ?? "checkpoint,cluster,simulation").split(",");

// The tests that are to notice a mutant: those beside the sources, not those that read the sources.
export default defineConfig({
  resolve: resolve ?? {},
  test: { ...test, include: folders.map((folder) => `test/${folder}/**/*.test.ts`) },
});
