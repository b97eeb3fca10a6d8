import { expect, test } from "vitest";
import { NAME_WIDTH_MAX, shortName } from "../../src/report/short-name.ts";

test("short name: a usual name stays as it is", () => {
  expect(shortName("node-1 (Zürich)")).toBe("node-1 (Zürich)");
});

test("short name: a long one is clipped, and no name breaks a line", () => {
  expect(shortName("x".repeat(50))).toHaveLength(NAME_WIDTH_MAX);
  expect(shortName("a\nb\tc\u001b[31m")).toBe("a?b?c?[31m");
});
