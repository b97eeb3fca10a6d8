import { expect, test } from "vitest";
import { InvariantError, StandinTypeError } from "../../src/sim/errors.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { Trace, type TraceRecord, type TraceSink } from "../../src/sim/trace.ts";

type TestRecord =
  | { readonly kind: "page.sent"; readonly page: number; readonly zero: boolean }
  | { readonly kind: "role"; readonly host: string };

const at = (now: number): Trace => new Trace({ now });

function hashOf(...records: readonly TraceRecord[]): string {
  const trace = at(5);
  for (const record of records) trace.emit(record);
  return trace.hash();
}

test("trace: counts records and hashes them", () => {
  const trace = at(5);
  const empty = trace.hash();
  trace.emit<TestRecord>({ kind: "page.sent", page: 7, zero: false });
  trace.emit<TestRecord>({ kind: "role", host: "a" });
  expect(trace.position).toBe(2);
  expect(trace.hash()).not.toBe(empty);
  expect(trace.hash()).toBe("d2a0469106109f87");
});

test("trace: time, kind, names, values, their types and their order all count", () => {
  const later = at(6);
  later.emit({ kind: "a" });
  const hashes = [
    later.hash(),
    hashOf(),
    hashOf({ kind: "a" }),
    hashOf({ kind: "b" }),
    hashOf({ kind: "a" }, { kind: "a" }),
    hashOf({ kind: "a", x: 1 }),
    hashOf({ kind: "a", y: 1 }),
    hashOf({ kind: "a", x: "1" }),
    hashOf({ kind: "a", x: true }),
    hashOf({ kind: "a", x: false }),
    hashOf({ kind: "a", x: 0 }),
    hashOf({ kind: "a", x: 2 ** 32 }),
    hashOf({ kind: "a", x: 1, y: 2 }),
    hashOf({ kind: "a", y: 2, x: 1 }),
    hashOf({ kind: "a", x: 1 }, { kind: "a", y: 2 }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test.each([0.5, Number.NaN, 2 ** 53, undefined, null, 5n, {}])(
  "trace: %s in a record is refused",
  (value) => {
    const trace = at(0);
    const record = { kind: "a", x: value } as unknown as TraceRecord;
    expect(() => trace.emit(record)).toThrow(StandinTypeError);
    expect(() => trace.emit(record)).toThrow('trace record "a", field "x": expected a string');
  },
);

test("trace: sinks see records with time and position, and change no hash", () => {
  const watched = at(9);
  const sink = new MemorySink();
  watched.addSink(sink);
  const plain = at(9);
  for (const trace of [watched, plain]) {
    trace.emit<TestRecord>({ kind: "role", host: "a" });
    trace.emit<TestRecord>({ kind: "role", host: "b" });
  }
  expect(sink.records).toEqual([
    { atNs: 9, position: 1, record: { kind: "role", host: "a" } },
    { atNs: 9, position: 2, record: { kind: "role", host: "b" } },
  ]);
  expect(watched.hash()).toBe(plain.hash());
  watched.removeSink(sink);
  watched.emit<TestRecord>({ kind: "role", host: "c" });
  expect(sink.length).toBe(2);
});

test("trace: what a sink emits comes after the record it saw, for every sink", () => {
  const trace = at(0);
  const seen: string[] = [];
  const answering: TraceSink = {
    record: (_atNs, position, record) => {
      seen.push(`first ${position} ${record.kind}`);
      if (record.kind === "question") trace.emit({ kind: "answer" });
    },
  };
  trace.addSink(answering);
  trace.addSink({
    record: (_atNs, position, record) => seen.push(`second ${position} ${record.kind}`),
  });
  trace.emit({ kind: "question" });
  expect(seen).toEqual([
    "first 1 question",
    "second 1 question",
    "first 2 answer",
    "second 2 answer",
  ]);
});

test("trace: a sink that answers itself for ever is stopped", () => {
  const trace = at(0);
  trace.addSink({ record: () => trace.emit({ kind: "echo" }) });
  expect(() => trace.emit({ kind: "echo" })).toThrow(InvariantError);
});

test("trace: a sink that throws does not silence the others afterwards", () => {
  const trace = at(0);
  const seen: number[] = [];
  trace.addSink({
    record: (_atNs, position) => {
      if (position === 1) {
        trace.emit({ kind: "lost" });
        throw new Error("sink");
      }
    },
  });
  trace.addSink({ record: (_atNs, position) => seen.push(position) });
  expect(() => trace.emit({ kind: "a" })).toThrow("sink");
  trace.emit({ kind: "b" });
  expect(seen).toEqual([3]);
});

test("trace: a sink is added once", () => {
  const trace = at(0);
  const sink = new MemorySink();
  trace.addSink(sink);
  expect(() => trace.addSink(sink)).toThrow(InvariantError);
});

test("trace: dispatches count in the hash, are no records, and reach the sinks that want them", () => {
  const trace = at(0);
  const seen: string[] = [];
  trace.addSink({ record: () => undefined });
  expect(trace.dispatch(3, 1, "p")).toBe(false);
  const before = trace.hash();
  const sink: TraceSink = {
    record: () => undefined,
    dispatch: (atNs, name) => seen.push(`${atNs} ${name}`),
  };
  trace.addSink(sink);
  expect(trace.dispatch(4, 2, "q")).toBe(true);
  expect(seen).toEqual(["4 q"]);
  expect(trace.position).toBe(0);
  expect(trace.hash()).not.toBe(before);
  const others = [
    [4, 3],
    [5, 2],
    [4 + 2 ** 32, 2],
  ] as const;
  for (const [atNs, id] of others) {
    const other = at(0);
    other.dispatch(3, 1, "p");
    other.dispatch(atNs, id, "q");
    expect(other.hash()).not.toBe(trace.hash());
  }
  trace.removeSink(sink);
  expect(trace.dispatch(6, 2, "q")).toBe(false);
});
