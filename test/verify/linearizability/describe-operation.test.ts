import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import { describeOperation } from "../../../src/verify/linearizability/describe-operation.ts";
import { historyText } from "./history-text.ts";

test.each([
  ["0 invoke read\n0 ok read 3", "read -> 3"],
  ["0 invoke dequeue\n0 ok dequeue null", "dequeue -> null"],
  ["0 invoke read", "read ?"],
  ["0 invoke write 3\n0 ok write 3", "write 3"],
  ["0 invoke write 3\n0 ok write", "write 3"],
  ["0 invoke write 3\n0 info write 3", "write 3 ?"],
  ["0 invoke cas [1, 2]\n0 ok cas false", "cas [1,2] -> false"],
  ["0 invoke put@x 3\n0 ok put", "put@x 3"],
  ["0 invoke get@x,y\n0 ok get 3", 'get@"x,y" -> 3'],
  ["0 invoke get@x\n0 ok get 3", "get@x -> 3"],
  [`0 invoke write "${"a".repeat(40)}"`, `write "${"a".repeat(20)}... ?`],
])("description of an operation: %j", (text, expected) => {
  const [operation] = pairHistory(checkEntries(historyText(text)));
  expect(describeOperation(operation!)).toBe(expected);
});
