import { expect, test } from "vitest";
import { terminalStyle } from "../../src/cli/terminal-style.ts";

const isColoured = (env: Record<string, string>, isTerminal: boolean): boolean =>
  terminalStyle({ env, isTerminal })("bad", "x") !== "x";

test("terminal style: a person gets colours, a file does not", () => {
  expect(isColoured({}, true)).toBe(true);
  expect(isColoured({}, false)).toBe(false);
  expect(isColoured({ TERM: "dumb" }, true)).toBe(false);
});

test("terminal style: NO_COLOR takes them away unless it is empty, FORCE_COLOR overrules", () => {
  expect(isColoured({ NO_COLOR: "1" }, true)).toBe(false);
  expect(isColoured({ NO_COLOR: "" }, true)).toBe(true);
  expect(isColoured({ FORCE_COLOR: "1" }, false)).toBe(true);
  expect(isColoured({ FORCE_COLOR: "" }, false)).toBe(true);
  expect(isColoured({ FORCE_COLOR: "1", NO_COLOR: "1" }, false)).toBe(true);
  expect(isColoured({ FORCE_COLOR: "0" }, true)).toBe(false);
  expect(isColoured({ FORCE_COLOR: "false" }, true)).toBe(false);
});

test("terminal style: what it adds are escape sequences around the text", () => {
  expect(terminalStyle({ env: {}, isTerminal: true })("good", "x")).toBe("\u001b[32mx\u001b[39m");
});
