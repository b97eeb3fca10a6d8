// covers src/report/fold.ts, src/report/fold-text.ts
import { expect, test } from "vitest";
import type { EpochEntry } from "../../src/report/epoch-log.ts";
import { type Fold, foldJournal } from "../../src/report/fold.ts";
import { foldParts } from "../../src/report/fold-text.ts";
import { Journal } from "../../src/report/journal.ts";
import { ms, us } from "../../src/sim/time.ts";

function entry(epoch: number, changes: Partial<EpochEntry> = {}): EpochEntry {
  return {
    machine: "m",
    host: "a",
    term: 1,
    epoch,
    startedAtNs: ms(epoch),
    step: "acknowledged",
    pauseNs: us(300 + epoch),
    dirtyPages: 10,
    pages: 10 + epoch,
    bytes: 40_000,
    groups: 1,
    committedAtNs: ms(epoch) + us(700),
    acknowledgedAtNs: ms(epoch) + us(800),
    held: 2,
    released: 2,
    refusals: 0,
    isOver: true,
    ...changes,
  };
}

const outline = (journal: Journal): string[] =>
  foldJournal(journal.entries).map((line) => {
    if (line.type === "fold") return `… ${line.epochs.length}`;
    return line.type === "event" ? line.text : String(line.epoch.epoch);
  });

test("fold: a long stretch of usual epochs keeps its ends", () => {
  const journal = new Journal();
  for (let epoch = 1; epoch <= 20; epoch += 1) journal.epoch(ms(epoch), entry(epoch));
  expect(outline(journal)).toEqual(["1", "2", "3", "… 15", "19", "20"]);
});

test("fold: what surrounds an event stays", () => {
  const journal = new Journal();
  for (let epoch = 1; epoch <= 20; epoch += 1) {
    journal.epoch(ms(epoch), entry(epoch));
    if (epoch === 12) journal.event(ms(epoch), "✗", "crash");
  }
  const middle = ["… 7", "11", "12", "crash", "13", "14", "… 4"];
  expect(outline(journal)).toEqual(["1", "2", "3", ...middle, "19", "20"]);
});

test("fold: fewer than three lines are not folded", () => {
  const journal = new Journal();
  for (let epoch = 1; epoch <= 7; epoch += 1) journal.epoch(ms(epoch), entry(epoch));
  expect(outline(journal)).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
});

test("fold: an epoch that was refused or never committed stays, up to a number of them", () => {
  const journal = new Journal();
  for (let epoch = 1; epoch <= 20; epoch += 1) {
    journal.epoch(ms(epoch), entry(epoch, epoch === 10 ? { refusals: 1 } : {}));
  }
  expect(outline(journal)).toEqual(["1", "2", "3", "… 6", "10", "… 8", "19", "20"]);

  const bad = new Journal();
  for (let epoch = 1; epoch <= 40; epoch += 1) {
    bad.epoch(ms(epoch), entry(epoch, { committedAtNs: undefined }));
  }
  expect(outline(bad).filter((line) => line.startsWith("…"))).toEqual(["… 26"]);
});

test("fold: small events are counted by what they are", () => {
  const journal = new Journal();
  for (let epoch = 1; epoch <= 20; epoch += 1) {
    journal.epoch(ms(epoch), entry(epoch));
    if (epoch < 8 || epoch > 15) continue;
    const noun = ["retry", "retries"] as const;
    journal.small(ms(epoch), { key: "a", noun, text: (many) => many });
    if (epoch < 10) journal.small(ms(epoch), { key: "b", noun, text: (many) => many });
  }
  const fold = foldJournal(journal.entries).find((line) => line.type === "fold") as Fold;
  expect(fold.small).toEqual([{ noun: ["retry", "retries"], count: 10 }]);
  expect(foldParts(fold)).toContain("10 retries");
});

test("fold text: what the epochs were like, the unit once", () => {
  const fold: Fold = { type: "fold", epochs: [entry(4), entry(5), entry(6)], small: [] };
  expect(foldParts(fold)).toEqual([
    "3 more epochs",
    "stopped 304.0–306.0 us",
    "14–16 pages",
    "committed after 700.0 us",
    "6 held",
  ]);
});

test("fold text: units that differ are both said, and refusals are", () => {
  const slow = entry(7, { pauseNs: ms(2), refusals: 2, held: 0 });
  const fold: Fold = { type: "fold", epochs: [entry(4, { held: 0 }), slow], small: [] };
  expect(foldParts(fold)).toEqual([
    "2 more epochs",
    "1 of them refused",
    "stopped 304.0 us–2.00 ms",
    "14–17 pages",
    "committed after 700.0 us",
  ]);
});

test("fold text: without epochs there are only the small events", () => {
  const small = [{ noun: ["retry", "retries"] as const, count: 5 }];
  expect(foldParts({ type: "fold", epochs: [], small })).toEqual(["5 retries"]);
});
