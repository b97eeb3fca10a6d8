import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import type { Operation } from "../../../src/verify/history/operation.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import { simulateHistory } from "../../../src/verify/history/simulate-history.ts";
import { describeOperation } from "../../../src/verify/linearizability/describe-operation.ts";
import { drawOperations } from "../../../src/verify/linearizability/draw-operations.ts";
import { historyText } from "./history-text.ts";
import { drawsFrom } from "./random-draws.ts";
import { objects } from "./simulated-objects.ts";

const operationsOf = (text: string): readonly Operation[] =>
  pairHistory(checkEntries(historyText(text)));

test("picture: bars stand in the order of their ends, the one that broke is drawn with =", () => {
  const operations = operationsOf(`
    0 invoke write 1
    12 invoke write 2
    0 ok write 1
    0 invoke read
    0 ok read null`);
  expect(`\n${drawOperations(operations, operations[2]!).join("\n")}\n`).toBe(`
process 0   |-write 1-| |=read -> null=|
process 12    |-write 2 ?---------------->
`);
});

test("picture: a process that goes on beside its open operation gets a second line", () => {
  const operations = operationsOf(`
    0 invoke write 1
    0 info write 1
    0 invoke read
    0 ok read 2
    0 invoke read
    0 ok read 1`);
  expect(`\n${drawOperations(operations, operations[1]!).join("\n")}\n`).toBe(`
process 0  |-write 1 ?------------------->
process 0    |=read -> 2=| |-read -> 1-|
`);
});

test("picture: every operation is in it once, and ends stand in the order of the history", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const options = { clients: 4, operations: 8, openPercent: 20 };
      const history = simulateHistory(objects.counter, options, drawsFrom([], seed));
      const operations = pairHistory(history);
      const lines = drawOperations(operations, operations[0]!);
      const drawn = lines.join("\n");
      for (const operation of operations) expect(drawn).toContain(describeOperation(operation));
      const bars = drawn.match(/\|[-=][^|>]*( \? ?)?-*[^|]*?[|>](?= |\n|$)/g) ?? [];
      expect(bars.length).toBe(operations.length);
    }),
  );
});
