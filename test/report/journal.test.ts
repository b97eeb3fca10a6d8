import { expect, test } from "vitest";
import { EpochLog } from "../../src/report/epoch-log.ts";
import { Journal, type SmallEvent } from "../../src/report/journal.ts";
import { ms } from "../../src/sim/time.ts";
import { epochRecords } from "./feed.ts";

const retry = (client: string): SmallEvent => ({
  key: `retry ${client}`,
  noun: ["request", "requests"],
  text: (many) => `${client}: ${many}`,
});

function anEpoch() {
  const epochs = new EpochLog();
  for (const [atNs, record] of epochRecords(1, ms(1))) epochs.record(atNs, record);
  const [entry] = epochs.entries;
  if (entry === undefined) throw new Error("one epoch was recorded");
  return entry;
}

const texts = (journal: Journal): string[] =>
  journal.entries.map((entry) => (entry.type === "event" ? entry.text : "epoch"));

test("journal: small events that follow each other soon are one, with a count", () => {
  const journal = new Journal();
  journal.small(ms(1), retry("x"));
  journal.small(ms(2), retry("y"));
  journal.small(ms(3), retry("x"));
  expect(texts(journal)).toEqual(["x: 2 requests", "y: 1 request"]);
  expect(journal.entries[0]?.atNs).toBe(ms(1));
});

test("journal: what follows soon enough each time is one, however long it lasts", () => {
  const journal = new Journal();
  for (let count = 0; count < 10; count += 1) journal.small(ms(15) * count, retry("x"));
  expect(texts(journal)).toEqual(["x: 10 requests"]);
});

test("journal: an event that matters does not part small events", () => {
  const journal = new Journal();
  journal.small(ms(1), retry("x"));
  journal.event(ms(2), "✗", "a crashes");
  journal.small(ms(3), retry("x"));
  expect(texts(journal)).toEqual(["x: 2 requests", "a crashes"]);
});

test("journal: a pause or an epoch between small events parts them", () => {
  const journal = new Journal();
  journal.small(ms(1), retry("x"));
  journal.small(ms(30), retry("x"));
  journal.epoch(ms(31), anEpoch());
  journal.small(ms(32), retry("x"));
  expect(texts(journal)).toEqual(["x: 1 request", "x: 1 request", "epoch", "x: 1 request"]);
});

test("journal: what is noticed later stands where it belongs, behind all of its time", () => {
  const journal = new Journal();
  for (const time of [1, 2, 2, 3]) journal.event(ms(time), "·", `at ${time}`);
  journal.note(ms(2), "✗", "broken");
  journal.note(ms(9), "✗", "at the end");
  journal.note(0, "✗", "at the beginning");
  expect(texts(journal)).toEqual([
    "at the beginning",
    "at 1",
    "at 2",
    "at 2",
    "broken",
    "at 3",
    "at the end",
  ]);
});
