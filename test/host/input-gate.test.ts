import { expect, test } from "vitest";
import { InputGate } from "../../src/host/input-gate.ts";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";

function setUp() {
  const engine = new Engine({ seed: 1 });
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const inbox = new Channel<Uint8Array>(engine, "inbox", { capacity: 16 });
  const gate = new InputGate({ trace: engine.trace, machine: "m", host: "a", inbox });
  const waiting = () => sink.records.map(({ record }) => [record.kind, record["waiting"]]);
  return { inbox, gate, waiting };
}

test("input gate: while it refuses packets wait in their order, each is taken once", () => {
  const { inbox, gate, waiting } = setUp();
  inbox.send(Uint8Array.of(1));
  gate.refuse();
  inbox.send(Uint8Array.of(2));
  expect([gate.tryReceive(), inbox.length]).toEqual([undefined, 2]);
  expect(gate.open()).toBe(true);
  expect([gate.tryReceive(), gate.tryReceive(), gate.tryReceive()]).toEqual([
    Uint8Array.of(1),
    Uint8Array.of(2),
    undefined,
  ]);
  expect(gate.open()).toBe(false);
  expect(waiting()).toEqual([
    ["input.refused", 1],
    ["input.taken", 2],
  ]);
});

test("input gate: broken, it throws away what waits, but only while it refuses", () => {
  const { inbox, gate, waiting } = setUp();
  inbox.send(Uint8Array.of(1));
  gate.discard();
  expect(inbox.length).toBe(1);
  gate.refuse();
  gate.discard();
  gate.open();
  expect([inbox.length, waiting()]).toEqual([
    0,
    [
      ["input.refused", 1],
      ["input.taken", 0],
    ],
  ]);
});
