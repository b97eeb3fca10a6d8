import { expect, test } from "vitest";
import { replayAgrees } from "../../../src/verify/properties/replay-agrees.ts";

const at = { machine: "m", host: "b", term: 1, position: 9 };
const diverged = { kind: "replay.diverged", ...at, reason: "time: 5, logged 7" } as const;

test("replay agrees: a machine with one processor that diverges is wrong", () => {
  expect(replayAgrees.observer()(diverged, 5)).toBe(
    "b replays position 9 of m, which has one processor, otherwise: time: 5, logged 7",
  );
});

test("replay agrees: several processors are let off, and all else", () => {
  const observe = replayAgrees.observer();
  expect(observe({ ...diverged, processors: 2 }, 5)).toBeUndefined();
  expect(observe({ ...at, kind: "replay.finished", entries: 3 }, 5)).toBeUndefined();
});
