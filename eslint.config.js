import { readFileSync } from "node:fs";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const { outside } = read("./test/tidy/layers.json");
const banned = read("./test/tidy/determinism.json");

export default defineConfig(
  { ignores: ["dist", "build", "coverage", "reports", "smoke", "types", "**/*.cjs", "**/*.mjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // a process loops for as long as its host lives
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: true },
      ],
      // reads of typed arrays whose index was just checked
      "@typescript-eslint/no-non-null-assertion": "off",
      // emit<HostRecord>({ … }) names the record's type once, at the call
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // a process that never waits is still a process
      "require-yield": "off",
    },
  },
  {
    // configuration in plain JavaScript has no types to check
    files: ["**/*.js"],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    // determinism: the library does not read the outside world
    files: ["src/**/*.ts"],
    ignores: outside.map((folder) => `src/${folder}/**`),
    rules: {
      "no-restricted-globals": ["error", ...banned.globals],
      "no-restricted-properties": [
        "error",
        ...banned.mathBanned.map((property) => ({ object: "Math", property })),
        ...banned.methods.map((property) => ({ property })),
      ],
      "no-restricted-syntax": [
        "error",
        "ForInStatement",
        "BinaryExpression[operator='**']",
        "AssignmentExpression[operator='**=']",
        "AwaitExpression",
        "ImportExpression",
        ":function[async=true]",
      ],
      "no-restricted-imports": ["error", { patterns: ["node:*"] }],
    },
  },
);
