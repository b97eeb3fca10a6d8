import { expect, test } from "vitest";
import { StandinRangeError } from "../../src/sim/errors.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { Trace } from "../../src/sim/trace.ts";

test("memory sink: keeps the newest and counts the others", () => {
  const trace = new Trace({ now: 1 });
  const sink = new MemorySink(3);
  trace.addSink(sink);
  for (let page = 1; page <= 5; page += 1) trace.emit({ kind: "page", page });
  expect(sink.records.map(({ record }) => record["page"])).toEqual([3, 4, 5]);
  expect([sink.length, sink.dropped]).toEqual([3, 2]);
  sink.clear();
  expect([sink.length, sink.dropped, sink.records.length]).toEqual([0, 0, 0]);
});

test("memory sink: what it gives out is a copy", () => {
  const trace = new Trace({ now: 1 });
  const sink = new MemorySink();
  trace.addSink(sink);
  trace.emit({ kind: "a" });
  const before = sink.records;
  trace.emit({ kind: "b" });
  expect([before.length, sink.length]).toEqual([1, 2]);
});

test("memory sink: a capacity of nothing is refused", () => {
  expect(() => new MemorySink(0)).toThrow(StandinRangeError);
  expect(() => new MemorySink(1.5)).toThrow("MemorySink: expected a positive capacity, got 1.5");
});
