// covers src/checkpoint/output-gate.ts, src/checkpoint/release/deferral.ts, src/checkpoint/release/held-packets.ts
import { expect, test } from "vitest";
import { OutputGate } from "../../../src/checkpoint/output-gate.ts";
import { atCommit } from "../../../src/checkpoint/release/at-commit.ts";
import type { Verdict } from "../../../src/checkpoint/release/release.ts";
import { NEVER } from "../../../src/host/deadline-timer.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { Signal } from "../../../src/sim/signal.ts";
import { ms } from "../../../src/sim/time.ts";
import { CLIENT_OF, ruledGate } from "./ruled-gate.ts";

function setUp() {
  const sent: number[] = [];
  return { sent, ...ruledGate((number) => sent.push(number)) };
}

test("ruled gate: it says at once to whom packets may bypass", () => {
  const { records } = setUp();
  const of = { machine: "m", host: "a", term: 1, epoch: 0 };
  expect(records()).toEqual([{ kind: "output.bypass-allowed", client: CLIENT_OF.bypass, ...of }]);
});

test("ruled gate: what may be deferred waits for its epoch like the rest, in order", () => {
  const { gate, push, sent, records } = setUp();
  gate.begin(2);
  push("defer", 1);
  push("hold", 2);
  gate.begin(3);
  push("defer", 3);
  expect(sent).toEqual([]);
  expect(gate.heldCount).toBe(3);
  gate.release(2);
  expect(sent).toEqual([1, 2]);
  gate.release(3);
  expect(sent).toEqual([1, 2, 3]);
  expect(records().filter(({ kind }) => kind === "output.held")).toMatchObject([
    { deferred: true, epoch: 2 },
    expect.not.objectContaining({ deferred: true }),
    { deferred: true, epoch: 3 },
  ]);
  const released = records().filter(({ kind }) => kind === "output.released");
  expect(released.map((record) => record["protected"])).toEqual([true, true, true]);
});

test("ruled gate: what bypasses leaves at once, before what is held, and the trace says so", () => {
  const { gate, push, sent, records } = setUp();
  gate.begin(2);
  push("hold", 1);
  push("bypass", 2, 5);
  expect(sent).toEqual([2]);
  expect([gate.heldCount, gate.heldBytes]).toEqual([1, 8]);
  expect(records().at(-1)).toEqual({
    ...{ kind: "output.bypassed", bytes: 13, client: CLIENT_OF.bypass },
    ...{ machine: "m", host: "a", term: 1, epoch: 2 },
  });
  gate.release(2);
  expect(sent).toEqual([2, 1]);
});

test("ruled gate: an open gate knows no rules", () => {
  const { push, sent, records } = setUp();
  push("bypass", 1);
  push("defer", 2);
  expect(sent).toEqual([1, 2]);
  expect(records().map(({ kind }) => kind)).toEqual([
    "output.bypass-allowed",
    "output.released",
    "output.released",
  ]);
});

test("ruled gate: bypassing ends when it is asked who serves, until the gate was opened", () => {
  const { gate, push, sent } = setUp();
  gate.begin(2);
  gate.closeBypass();
  push("bypass", 1);
  expect(sent).toEqual([]);
  gate.open(2);
  expect(sent).toEqual([1]);
  gate.begin(1);
  push("bypass", 2);
  expect(sent).toEqual([1, 2]);
});

test("ruled gate: nothing bypasses a gate that throws away", () => {
  const { gate, push, sent } = setUp();
  gate.begin(2);
  gate.discard("fenced");
  push("bypass", 1);
  expect(sent).toEqual([]);
  expect(gate.heldCount).toBe(1);
});

test("ruled gate: only what hurries asks for a checkpoint, and only its bytes count", () => {
  const { gate, push, held } = setUp();
  gate.begin(2);
  push("defer", 1, 2);
  push("bypass", 2);
  expect([held.isSet, gate.heldBytes, gate.urgentBytes]).toEqual([false, 10, 0]);
  push("hold", 3, 4);
  expect([held.isSet, gate.heldBytes, gate.urgentBytes]).toEqual([true, 22, 12]);
  gate.begin(3);
  push("defer", 4);
  gate.release(2);
  expect([held.isSet, gate.heldBytes, gate.urgentBytes]).toEqual([false, 8, 0]);
});

test("ruled gate: the delay of several deferred packets counts from the first", () => {
  const { gate, push, held, run } = setUp();
  gate.begin(2);
  expect(gate.deferredUntilNs).toBe(NEVER);
  run(ms(1));
  for (const number of [1, 2, 3]) {
    push("defer", number);
    run(ms(3));
  }
  expect(gate.deferredUntilNs).toBe(ms(11));
  run(ms(1) - 1);
  expect(held.isSet).toBe(false);
  run(1);
  expect(held.isSet).toBe(true);
});

test("ruled gate: when the first has left, the delay counts from the first that is left", () => {
  const { gate, push, held, run } = setUp();
  gate.begin(2);
  push("defer", 1);
  run(ms(6));
  gate.begin(3);
  push("defer", 2);
  run(ms(2));
  push("defer", 3);
  gate.release(2);
  expect(gate.deferredUntilNs).toBe(ms(16));
  run(ms(8) - 1);
  expect(held.isSet).toBe(false);
  run(1);
  expect(held.isSet).toBe(true);
  gate.release(3);
  expect([held.isSet, gate.deferredUntilNs]).toEqual([false, NEVER]);
});

test("ruled gate: those left ask on if they have waited as long as they may", () => {
  const { gate, push, held, run } = setUp();
  gate.begin(2);
  push("defer", 1);
  gate.begin(3);
  push("defer", 2);
  run(ms(30));
  gate.release(2);
  expect(held.isSet).toBe(true);
  gate.release(3);
  expect(held.isSet).toBe(false);
});

test("ruled gate: without a clock what may be deferred hurries", () => {
  const { trace } = new Engine({ seed: 1 });
  const held = new Signal(new Engine({ seed: 1 }), "held");
  const release = { ...atCommit(), classify: (): Verdict => "defer" };
  const send = (): void => undefined;
  const gate = new OutputGate({ trace, machine: "m", host: "a", term: 1, send, held, release });
  gate.begin(1);
  gate.push(new Uint8Array(9));
  expect([held.isSet, gate.urgentBytes, gate.deferredUntilNs]).toEqual([true, 9, NEVER]);
});
