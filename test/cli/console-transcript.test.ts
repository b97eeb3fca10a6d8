import { expect, test } from "vitest";
import { consoleTranscript } from "../../src/cli/console-transcript.ts";

const shown = (text: string) => consoleTranscript({ name: "tty", text });

test("console transcript: nothing printed, nothing shown", () => {
  expect(shown("")).toBe("");
});

test("console transcript: the whole of a short one, without what a terminal would obey", () => {
  expect(shown("a\r\n\u001b[31mb")).toBe("\ntty: 9 bytes\n  a\n  ?[31mb\n");
});

test("console transcript: the end of a long one, lines cut", () => {
  const lines = Array.from({ length: 40 }, (_none, index) => `${index}${"x".repeat(200)}`);
  const text = shown(lines.join("\n"));
  expect(text.split("\n")).toHaveLength(19);
  expect(text).toContain("bytes, the end\n  24xxx");
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(102);
});
