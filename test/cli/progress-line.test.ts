import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProgressLine } from "../../src/cli/progress-line.ts";
import { recordedIo } from "./recorded-io.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("progress line: each text writes over the one before it, and the last one leaves nothing", () => {
  const io = recordedIo({ isErrorTerminal: true });
  const line = new ProgressLine(io);
  line.show(() => "10 runs");
  vi.advanceTimersByTime(100);
  line.show(() => "9 runs");
  line.clear();
  expect(io.err()).toBe("\r10 runs\r9 runs \r      \r");
  line.clear();
  expect(io.err()).toHaveLength("\r10 runs\r9 runs \r      \r".length);
  expect(io.out()).toBe("");
});

test("progress line: no faster than a person reads", () => {
  const io = recordedIo({ isErrorTerminal: true });
  const line = new ProgressLine(io);
  for (let run = 0; run < 1_000; run += 1) {
    line.show(() => `${run}`);
    vi.advanceTimersByTime(1);
  }
  expect(io.err().split("\r")).toHaveLength(11);
});

test("progress line: nothing where no person looks", () => {
  const io = recordedIo({ isTerminal: true });
  const line = new ProgressLine(io);
  line.show(() => {
    throw new Error("not asked for");
  });
  line.clear();
  expect(io.err()).toBe("");
});
