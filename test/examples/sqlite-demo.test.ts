import { expect, test } from "vitest";
import {
  compareFiles,
  compareMemory,
  compareReplies,
  compareTables,
} from "../../examples/demos/bank-comparison.ts";
import {
  executionOrder,
  impossiblyEarly,
  runReference,
} from "../../examples/demos/bank-reference.ts";
import { runBank } from "../../examples/demos/bank-run.ts";
import { sqliteDemo } from "../../examples/demos/sqlite-demo.ts";
import { loadSqlite } from "../../examples/sqlite/sqlite.ts";
import { plain } from "../../src/report/style.ts";

test("sqlite demo: everything that it compares is as it must be", async () => {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(...text.split("\n"));
  expect(await sqliteDemo.run({ print, style: plain, trace: undefined })).toBe(true);
  const text = lines.join("\n");
  expect(text).toMatch(/✗ a crashes in the middle of epoch \d+: \d+ of \d+ pages sent, no commit/);
  expect(text).toMatch(/✓ database file, bytes +[\d,]+ of [\d,]+ equal/);
  expect(text).toContain("✓ 0 lost, 0 duplicated");
  expect(text).not.toMatch(/^ {2}✗/m);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

test("sqlite demo: a machine to which something else happened is not equal", async () => {
  const image = (await loadSqlite())({ initialBalance: 1_000_000 });
  const { guest, client } = runBank(image);
  if (guest === undefined) throw new Error("somebody serves");
  const order = executionOrder(image, guest, client);
  expect(impossiblyEarly(client, order)).toEqual([]);
  // One that was executed last although it was answered first, and one that is missing.
  const [first = 0, ...others] = order;
  expect(impossiblyEarly(client, [...others, first]).length).toBeGreaterThan(0);
  for (const wrong of [[...others, first], others]) {
    const reference = runReference(image, client, wrong);
    const agreements = [
      ...compareTables(image, guest, reference.guest).filter(({ what }) =>
        what.startsWith("ledger"),
      ),
      compareFiles(image, guest, reference.guest),
      compareMemory(guest, reference.guest),
    ];
    for (const { equal, of } of agreements) expect(equal).toBeLessThan(of);
  }
  const { equal, of } = compareReplies(client.history, runReference(image, client, others).replies);
  expect(of).toBe(600);
  expect(equal).toBeLessThan(600);
});
