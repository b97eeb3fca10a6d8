import { expect, test } from "vitest";
import { parseParts } from "../../src/cli/part-option.ts";

test("part option: parts of several stages", () => {
  expect(parseParts([])).toEqual({});
  expect(parseParts(["encode=feedback", "bring-up=pre-copy"])).toEqual({
    encode: "feedback",
    "bring-up": "pre-copy",
  });
});

test.each([
  ["feedback", '--part: expected STAGE=NAME, such as encode=feedback, got "feedback"'],
  ["=feedback", "--part: expected STAGE=NAME"],
  ["encode=", "--part: expected STAGE=NAME"],
  ["brake=hard", "stage: expected one of trigger, track, capture, bring-up"],
  ["capture=fork", /^capture: expected one of stop-and-copy, .*, got "fork"$/],
  ["encode=toString", /^encode: .*, got "toString"$/],
  [
    "encode=whole encode=feedback",
    "--part: expected one part for each stage, got encode=whole and encode=feedback",
  ],
])("part option: %j is refused", (line, message) => {
  expect(() => parseParts(line.split(" "))).toThrow(message);
});
