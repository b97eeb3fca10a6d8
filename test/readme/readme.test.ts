import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test.each([
  ["README.md", "./example.test.ts"],
  ["docs/guests.md", "./own-machine.test.ts"],
])("%s: its example is, to the letter, the test in %s", (document, file) => {
  const [, example] = /```ts\n(.*?)```/s.exec(read(`../../${document}`)) ?? [];
  expect(example).toBe(read(file));
});
