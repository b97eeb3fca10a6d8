import { expect, test } from "vitest";
import { decodePacket } from "../../src/guest/packet.ts";
import { decodeLogMessage } from "../../src/lockstep/decode-log-message.ts";
import { encodeLogMessage } from "../../src/lockstep/encode-log-message.ts";
import type { LogMessage } from "../../src/lockstep/log-message.ts";
import { MachineLog, type MachineLogOptions } from "../../src/lockstep/machine-log.ts";
import { ms } from "../../src/sim/time.ts";
import { rig } from "../checkpoint/rig.ts";

function setUp(options: Partial<MachineLogOptions> = {}) {
  const made = rig();
  const { engine, b, primary, running, sent } = made;
  const { a: stream, b: other } = made.anotherStream("log");
  const diverged: LogMessage[] = [];
  const log = new MachineLog({
    ...{ side: primary, stream, bufferBytes: 1_000_000, diskReads: "own", broken: {} },
    diverged: (message) => void diverged.push(message),
    ...options,
  });
  const heard: (LogMessage | undefined)[] = [];
  engine.spawn("hear", b.owner, function* () {
    for (;;) heard.push(decodeLogMessage(yield* other.receive()));
  });
  const run = () => engine.run({ until: engine.now + ms(5) });
  const say = (message: LogMessage) => {
    engine.spawn("say", b.owner, () => other.send(encodeLogMessage(message)));
    run();
  };
  running.vm.start();
  log.start();
  run();
  /** The machine is stopped, marked and goes on, as for a checkpoint. */
  const mark = (epoch: number) => {
    engine.spawn("mark", made.a.owner, function* () {
      yield* running.vm.pause();
      log.mark(epoch);
      running.vm.resume();
    });
    run();
  };
  const left = () => sent.map((packet) => decodePacket(packet)!.number);
  const stored = (position: number) => say({ type: "stored", term: 1, position, replayed: 0 });
  const request = () => {
    made.request();
  };
  return { ...made, request, log, heard, run, mark, left, stored };
}

test("machine log: nothing is recorded or held before the first mark", () => {
  const { request, run, log, left, mark, heard } = setUp();
  request();
  run();
  expect([log.position, left()]).toEqual([0, [1]]);
  mark(1);
  request();
  run();
  expect([log.position, left()]).toEqual([2, [1]]);
  expect(heard.map((message) => message?.type)).toEqual(["batch", "batch"]);
});

test("machine log: output leaves when its position is stored, and not before", () => {
  const { request, run, mark, left, stored } = setUp();
  mark(1);
  request();
  run();
  request();
  run();
  stored(1);
  expect(left()).toEqual([]);
  stored(2);
  expect(left()).toEqual([1]);
  // What it was told before does not take anything back.
  stored(1);
  stored(3);
  expect(left()).toEqual([1, 2]);
});

test("machine log: a committed checkpoint lets out what led to it, whatever the log is told", () => {
  const { request, run, mark, left, log } = setUp();
  mark(1);
  request();
  run();
  mark(2);
  request();
  run();
  log.committed(2);
  expect(left()).toEqual([1]);
});

test("machine log: a full buffer stops the machine until there is room, or it ends", () => {
  const full: number[] = [];
  const { request, run, mark, stored, log, records } = setUp({
    bufferBytes: 60,
    full: () => void full.push(1),
  });
  mark(1);
  for (let count = 0; count < 5; count += 1) request();
  run();
  const stopped = log.position;
  expect(stopped).toBeLessThan(6);
  expect(full.length).toBeGreaterThan(0);
  stored(stopped);
  expect(log.position).toBeGreaterThan(stopped);
  log.end();
  run();
  expect(records().filter(({ kind }) => kind === "request.delivered")).toHaveLength(5);
});
