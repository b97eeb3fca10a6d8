import { expect, test } from "vitest";
import { HELD_PACKETS_MAX, OutputGate } from "../../src/checkpoint/output-gate.ts";
import { Engine } from "../../src/sim/engine.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";

function setUp() {
  const { trace } = new Engine({ seed: 1 });
  const sink = new MemorySink();
  trace.addSink(sink);
  const sent: number[] = [];
  const gate = new OutputGate({
    trace,
    machine: "m",
    host: "a",
    term: 1,
    send: (packet) => sent.push(packet[0]!),
  });
  const kinds = (): string[] => sink.records.map(({ record }) => record.kind);
  return { gate, sent, kinds, sink };
}

const packet = (value: number): Uint8Array => new Uint8Array([value]);

test("output gate: of an unprotected machine it lets everything pass", () => {
  const { gate, sent, kinds } = setUp();
  gate.push(packet(1));
  expect(sent).toEqual([1]);
  expect(kinds()).toEqual(["output.released"]);
});

test("output gate: what is sent in an epoch leaves when the epoch is released, not before", () => {
  const { gate, sent } = setUp();
  gate.begin(2);
  gate.push(packet(1));
  gate.begin(3);
  gate.push(packet(2));
  gate.release(1);
  expect(sent).toEqual([]);
  gate.release(2);
  expect(sent).toEqual([1]);
  gate.release(3);
  expect(sent).toEqual([1, 2]);
  expect(gate.heldCount).toBe(0);
});

test("output gate: a release says in which epoch the packet was made, and that it was held", () => {
  const { gate, sink } = setUp();
  gate.begin(5);
  gate.push(packet(9));
  gate.begin(6);
  gate.release(5);
  expect(sink.records.at(-1)?.record).toMatchObject({
    kind: "output.released",
    epoch: 5,
    term: 1,
    protected: true,
  });
});

test("output gate: opened, it sends everything in order and holds nothing more", () => {
  const { gate, sent, sink } = setUp();
  gate.begin(2);
  gate.push(packet(1));
  gate.begin(3);
  gate.push(packet(2));
  gate.open(2);
  gate.push(packet(3));
  expect(sent).toEqual([1, 2, 3]);
  expect(gate.holding).toBe(false);
  const released = sink.records.filter(({ record }) => record.kind === "output.released");
  expect(released.map(({ record }) => [record["epoch"], record["protected"]])).toEqual([
    [2, false],
    [3, false],
    [0, false],
  ]);
  expect(sink.records.at(-1)?.record).toMatchObject({ term: 2, protected: false });
});

test("output gate: discarding sends nothing, then or later", () => {
  const { gate, sent, kinds } = setUp();
  gate.begin(2);
  gate.push(packet(1));
  gate.discard("fenced");
  gate.push(packet(2));
  expect(sent).toEqual([]);
  expect(kinds()).toEqual(["output.held", "output.discarded", "output.held"]);
});

test("output gate: beyond its bound the newest packet is dropped, with a record", () => {
  const { gate, sink } = setUp();
  gate.begin(2);
  for (let count = 0; count <= HELD_PACKETS_MAX; count += 1) gate.push(packet(1));
  expect(gate.heldCount).toBe(HELD_PACKETS_MAX);
  expect(sink.records.at(-1)?.record).toMatchObject({
    kind: "output.discarded",
    reason: "queue-full",
    epoch: 2,
  });
});

test("output gate: epochs and terms only count up, and an open gate releases nothing", () => {
  const { gate } = setUp();
  expect(() => gate.release(1)).toThrow(InvariantError);
  gate.begin(2);
  expect(() => gate.begin(2)).toThrow(InvariantError);
  expect(gate.epoch).toBe(2);
  expect(() => gate.open(1)).toThrow(InvariantError);
  gate.open(2);
  expect(() => gate.open(1)).toThrow(InvariantError);
  expect(gate.epoch).toBe(0);
});

test("output gate: output that is counted by positions says so, until the gate is opened", () => {
  const { gate, sink } = setUp();
  gate.begin(7, "log");
  gate.push(packet(1));
  gate.release(7);
  gate.open(2);
  gate.push(packet(2));
  gate.begin(1);
  gate.push(packet(3));
  expect(sink.records.map(({ record }) => [record.kind, record["epoch"], record["log"]])).toEqual([
    ["output.held", 7, true],
    ["output.released", 7, true],
    ["output.released", 0, undefined],
    ["output.held", 1, undefined],
  ]);
});
test("output gate: a delegate decides packet by packet; what it gives back is held as before", () => {
  const { gate, sent, kinds } = setUp();
  const taken: [number, number][] = [];
  gate.delegate(([value], epoch) => taken.push([value!, epoch]));
  gate.push(packet(1));
  gate.begin(2);
  gate.push(packet(2));
  gate.push(packet(3));
  expect(taken).toEqual([
    [1, 0],
    [2, 2],
    [3, 2],
  ]);
  expect(sent).toEqual([]);
  gate.letOut(packet(3), 2);
  gate.delegate();
  gate.takeBack(packet(2), 2);
  gate.push(packet(4));
  expect(sent).toEqual([3]);
  gate.release(2);
  expect(sent).toEqual([3, 2, 4]);
  const released = ["output.released", "output.released"];
  expect(kinds()).toEqual([
    "output.held",
    "output.held",
    "output.released",
    "output.held",
    ...released,
  ]);
});

test("output gate: one that is open lets out and takes back nothing", () => {
  const { gate } = setUp();
  expect(() => gate.letOut(packet(1), 1)).toThrow(InvariantError);
  expect(() => gate.takeBack(packet(1), 1)).toThrow(InvariantError);
});
