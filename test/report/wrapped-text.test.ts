import { expect, test } from "vitest";
import { wrappedText } from "../../src/report/wrapped-text.ts";

test.each([
  ["", [""]],
  ["one", ["one"]],
  ["one two three", ["one two", "three"]],
  ["one two sixteen", ["one two", "sixteen"]],
  ["a seventeen-letter b", ["a", "seventeen-letter", "b"]],
])("wrapped text: %j at seven characters", (text, lines) => {
  expect(wrappedText(text, 7)).toEqual(lines);
});
