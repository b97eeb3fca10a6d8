import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readInput, readInputBytes } from "../../src/cli/input-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-input-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("input file: the whole of it, however long, characters of several bytes included", () => {
  const text = `é${"x€".repeat(100_000)}`;
  writeFileSync(join(folder, "a.txt"), text);
  expect(readInput("a.txt", folder, 1_000_000)).toBe(text);
  expect(readInput(join(folder, "a.txt"), "", 1_000_000)).toBe(text);
});

test("input file: exactly as long as it may be, and one byte more", () => {
  writeFileSync(join(folder, "b.txt"), "12345");
  expect(readInput("b.txt", folder, 5)).toBe("12345");
  expect(() => readInput("b.txt", folder, 4)).toThrow(
    'FILE: expected at most 4 bytes, got more in "b.txt"',
  );
});

test("input file: what has no end is not read for ever", (context) => {
  if (!existsSync("/dev/zero")) context.skip("there is no device without an end");
  expect(() => readInput("/dev/zero", folder, 100_000)).toThrow("expected at most 100000 bytes");
});

test.each([
  ["none.txt", "ENOENT"],
  [".", "EISDIR"],
])("input file: %s cannot be read", (given, code) => {
  expect(() => readInput(given, folder, 10)).toThrow(
    `FILE: expected a file that can be read, got "${given}" (${code})`,
  );
});

test("input file: as bytes, exactly those of the file", () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_none, index) => (index * 7) & 0xff);
  writeFileSync(join(folder, "bytes"), bytes);
  const read = readInputBytes("bytes", folder, 70_000);
  expect(Buffer.compare(read, bytes)).toBe(0);
  expect(() => readInputBytes("bytes", folder, 69_999)).toThrow("at most 69999 bytes");
});
