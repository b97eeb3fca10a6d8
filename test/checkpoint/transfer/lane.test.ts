import { expect, test } from "vitest";
import { Lane } from "../../../src/checkpoint/transfer/lane.ts";
import { GROUPS_IN_FLIGHT_MAX } from "../../../src/checkpoint/transfer/transfer.ts";
import { us } from "../../../src/sim/time.ts";
import { rig } from "../rig.ts";

/** A lane that takes 10 us for each item. */
function lane() {
  const on = rig();
  const { engine, a } = on;
  const left: number[] = [];
  const made = new Lane<number>(engine, "lane", a.owner, function* (item) {
    yield* a.compute(us(10));
    left.push(item);
  });
  const put = (items: readonly number[]) =>
    engine.spawn("maker", a.owner, function* () {
      for (const item of items) yield* made.put(item);
    });
  return { ...on, left, made, put };
}

test("lane: items leave one after the other, in order, and their maker does not wait", () => {
  const { engine, put, left } = lane();
  const maker = put([1, 2, 3]);
  engine.run({ until: us(5) });
  expect([maker.state, left]).toEqual(["done", []]);
  engine.run({ until: us(25) });
  expect(left).toEqual([1, 2]);
  engine.run({ until: us(35) });
  expect(left).toEqual([1, 2, 3]);
});

test("lane: it is bounded; whoever puts more waits", () => {
  const { engine, put, left } = lane();
  // one is being sent, the others wait
  const items = Array.from({ length: GROUPS_IN_FLIGHT_MAX + 2 }, (_, index) => index);
  const maker = put(items);
  engine.run({ until: us(5) });
  expect(maker.state).toBe("running");
  engine.run({ until: us(10 * items.length) });
  expect([maker.state, left]).toEqual(["done", items]);
});

test("lane: once it is closed nothing more leaves", () => {
  const { engine, put, left, made } = lane();
  put([1, 2, 3]);
  engine.run({ until: us(15) });
  made.close();
  engine.run({ until: us(100) });
  expect(left).toEqual([1]);
});
