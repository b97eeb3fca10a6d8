import { expect, test } from "vitest";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { sleep } from "../../../src/sim/process.ts";
import { StepEnd } from "../../../src/verify/points/step-end.ts";

test("step end: what is asked for happens after the step and before anybody else's", () => {
  const engine = new Engine({ seed: 1 });
  const stepEnd = new StepEnd(engine);
  const order: string[] = [];
  const owner = engine.createOwner("a");
  engine.spawn("first", owner, function* () {
    stepEnd.call(() => order.push(`end ${engine.now}`));
    stepEnd.call(() => order.push("end again"));
    order.push("first");
    yield* sleep(0);
    order.push("first again");
  });
  engine.spawn("second", owner, function* () {
    order.push("second");
  });
  engine.run();
  expect(order).toEqual(["first", "end 0", "end again", "second", "first again"]);
});

test("step end: it comes at the time of the step, also when nothing else would", () => {
  const engine = new Engine({ seed: 1 });
  const stepEnd = new StepEnd(engine);
  const times: number[] = [];
  engine.at(5, () => stepEnd.call(() => times.push(engine.now)));
  engine.at(90, () => stepEnd.call(() => times.push(engine.now)));
  engine.run();
  expect(times).toEqual([5, 90]);
});

test("step end: an action may ask for another", () => {
  const engine = new Engine({ seed: 1 });
  const stepEnd = new StepEnd(engine);
  const order: string[] = [];
  engine.at(5, () => {
    stepEnd.call(() => {
      order.push("one");
      stepEnd.call(() => order.push("two"));
    });
    engine.schedule(0, () => order.push("other"));
  });
  engine.run();
  expect(order).toEqual(["one", "two", "other"]);
});

test("step end: asked for while nothing runs, it waits for the next run", () => {
  const engine = new Engine({ seed: 1 });
  const stepEnd = new StepEnd(engine);
  let isDone = false;
  stepEnd.call(() => {
    isDone = true;
  });
  expect(isDone).toBe(false);
  engine.run();
  expect(isDone).toBe(true);
});

test("step end: a host crashed where it reports its start does start, and is off afterwards", () => {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const host = network.addHost("a");
  const stepEnd = new StepEnd(engine);
  let starts = 0;
  host.onStart(() => {
    engine.spawn("program", host.owner, function* () {
      starts += 1;
      yield* sleep(1);
    });
  });
  engine.run();
  engine.trace.addSink({
    record: (_atNs, _position, record) => {
      if (record.kind === "host.restarted") stepEnd.call(() => host.crash());
    },
  });
  host.crash();
  host.restart();
  engine.run();
  expect(host.power).toBe("off");
  expect(starts).toBe(1);
});
