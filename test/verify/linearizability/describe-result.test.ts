import { expect, test } from "vitest";
import { checkHistory } from "../../../src/verify/linearizability/check-history.ts";
import { describeResult } from "../../../src/verify/linearizability/describe-result.ts";
import type { Model } from "../../../src/verify/linearizability/model.ts";
import { models } from "../../../src/verify/linearizability/models.ts";
import { historyText } from "./history-text.ts";

const describe = (model: Model, text: string, maxSteps = 1_000): string =>
  describeResult(checkHistory(historyText(text), model, { maxSteps }));

test("description: a stale read", () => {
  const text = `
    0 invoke write 1
    0 ok write 1
    3 invoke write 3
    3 info write 3
    0 invoke write 2
    1 invoke read
    0 ok write 2
    1 ok read 1
    2 invoke read
    2 ok read 1
    0 invoke write 4
    0 ok write 4`;
  expect(`\n${describe(models.register, text)}\n`).toBe(`
not linearizable as register (8 steps)

cannot be linearized: read -> 1, process 2, index 8 to 9
  All that returned before index 9 can be put in an order, but not together with it.
  The orders that get furthest end in
    write 1, read -> 1, write 2, write 3 ?: holds 3

  process 0  |-write 1-|   |-write 2-|
  process 3              |-write 3 ?--------------------->
  process 1                  |-read -> 1-|
  process 2                                |=read -> 1=|
`);
});

test("description: linearizable, and unknown", () => {
  const text = "0 invoke write 1\n0 ok write 1";
  expect(describe(models.register, text)).toBe(
    "linearizable as register: 1 operation in order (1 step)",
  );
  const both = `${text}\n0 invoke write 2\n0 ok write 2`;
  expect(describe(models.register, both)).toBe(
    "linearizable as register: 2 operations in order (2 steps)",
  );
  expect(describe(models.register, both, 1)).toBe(
    "unknown whether linearizable as register: the bound of 1 step was reached",
  );
});

test("description: of many objects that broke the first are told", () => {
  const text = Array.from({ length: 5 }, (_, key) => `0 invoke get@k${key}\n0 ok get 1`).join("\n");
  const lines = describe(models["key-value"], text).split("\n");
  expect(lines[0]).toBe("not linearizable as key-value: 5 objects broke (5 steps)");
  expect(lines.filter((line) => line.startsWith("cannot be linearized"))).toEqual([
    'cannot be linearized on key "k0": get@k0 -> 1, process 0, index 0 to 1',
    'cannot be linearized on key "k1": get@k1 -> 1, process 0, index 2 to 3',
    'cannot be linearized on key "k2": get@k2 -> 1, process 0, index 4 to 5',
  ]);
  expect(lines).toContain("    nothing: holds nothing");
  expect(lines.at(-1)).toBe("and 2 more objects");
});

test("description: of a long history the end is told, of many states some", () => {
  const before = Array.from({ length: 20 }, (_, value) => `0 invoke write ${value}\n0 ok write`);
  const beside = Array.from({ length: 9 }, (_, value) => `${value + 1} invoke write ${value + 30}`);
  const after = Array.from({ length: 9 }, (_, value) => `${value + 1} ok write`);
  const text = [...before, ...beside, "0 invoke read\n0 ok read 99", ...after].join("\n");
  const lines = describe(models.register, text, 100_000).split("\n");
  expect(lines.filter((line) => /^ {4}\(23 operations\), write/.test(line))).toHaveLength(4);
  expect(lines).toContain("    and 4 more");
  const picture = lines.filter((line) => line.startsWith("  process"));
  expect(picture.join("\n").match(/\|[-=]/g)).toHaveLength(10);
  expect(picture.join("\n")).toContain("|=read -> 99=|");
});
