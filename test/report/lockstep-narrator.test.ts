import { expect, test } from "vitest";
import { Journal } from "../../src/report/journal.ts";
import { LockstepNarrator } from "../../src/report/lockstep-narrator.ts";
import { ms } from "../../src/sim/time.ts";
import type { Timed } from "./feed.ts";

function told(records: readonly Timed[]): string[] {
  const journal = new Journal();
  const narrator = new LockstepNarrator(journal);
  for (const [atNs, record] of records) narrator.record(atNs, record);
  return journal.entries.map((entry) =>
    entry.type === "event" ? `${entry.mark} ${entry.text}` : "",
  );
}

const at = (host: string, position: number) => ({ machine: "m", host, term: 1, position });

test("lockstep narrator: what becomes of a log", () => {
  expect(
    told([
      [1, { kind: "log.full", bytes: 5_000, ...at("a", 4) }],
      [2, { kind: "log.full", bytes: 5_000, ...at("a", 9) }],
      [3, { kind: "log.throttled", sharePpm: 950_000, lagNs: ms(1_010), ...at("a", 9) }],
      [4, { kind: "log.stored", entries: 4, ...at("b", 9) }],
    ]),
  ).toEqual([
    "! m on a: 2 stops for a full log",
    "! m gets 95 % of its processor; its replay is 1.010 s behind",
  ]);
});

test("lockstep narrator: what becomes of a replay", () => {
  expect(
    told([
      [1, { kind: "replay.diverged", reason: "time: 5, logged 7", ...at("b", 4) }],
      [2, { kind: "replay.finished", entries: 1, ...at("b", 9) }],
      [3, { kind: "output.failed", ...at("a", 30) }],
      [4, { kind: "shadow.paused", errorPosition: 30, ...at("b", 12) }],
    ]),
  ).toEqual([
    "✗ b replays m otherwise at entry 4 (time: 5, logged 7)",
    "· b has replayed 1 entry of the log",
    "! what m is about to send shows an error; it is held",
    "✓ the shadow on b stops 18 entries before the error",
  ]);
});
