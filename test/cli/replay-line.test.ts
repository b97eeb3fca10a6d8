import { expect, test } from "vitest";
import { replayLine } from "../../src/cli/replay-line.ts";

test("replay line: what is safe stays, everything else is quoted", () => {
  expect(replayLine(["run", "counter", "--crash", "a@310ms", "--seed=7"])).toBe(
    "standin run counter --crash a@310ms --seed=7",
  );
  expect(replayLine(["run", "./it's $HOME.js", "a>b@1ms..2ms", ""])).toBe(
    "standin run './it'\\''s $HOME.js' 'a>b@1ms..2ms' ''",
  );
});
