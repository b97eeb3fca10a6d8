import { expect, test } from "vitest";
import { parseMemorySize } from "../../src/cli/memory-size.ts";

test("memory size: units of 1,024", () => {
  expect(parseMemorySize("--memory", "64KiB")).toBe(65_536);
  expect(parseMemorySize("--memory", "32MiB")).toBe(33_554_432);
  expect(parseMemorySize("--memory", "1GiB")).toBe(1_073_741_824);
});

test.each(["", "32", "32MB", "1.5MiB", "-1MiB", "12345678KiB", " 1MiB"])(
  "memory size: %j is none",
  (text) => {
    expect(() => parseMemorySize("--memory", text)).toThrow(
      `--memory: expected a number and KiB, MiB or GiB, such as 32MiB, got "${text}"`,
    );
  },
);
