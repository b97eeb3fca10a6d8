import { expect, test } from "vitest";
import { FEED_INPUTS_MAX, InputFeed } from "../../../src/lockstep/compare/input-feed.ts";
import { Channel } from "../../../src/sim/channel.ts";
import { Engine } from "../../../src/sim/engine.ts";

function feed(capacity = 2) {
  const inbox = new Channel<Uint8Array>(new Engine({ seed: 1 }), "inbox", { capacity });
  const made = new InputFeed(inbox);
  const take = (): number | undefined => {
    const packet = inbox.tryReceive();
    if (packet !== undefined) made.delivered();
    return packet?.[0];
  };
  return { inbox, feed: made, take, add: (order: number) => made.add(order, Uint8Array.of(order)) };
}

test("input feed: inputs come in their order, whatever the inbox has room for", () => {
  const on = feed();
  for (const order of [1, 2, 3, 4, 5]) expect(on.add(order)).toBe(true);
  expect(on.inbox.length).toBe(2);
  expect([on.take(), on.take(), on.take(), on.take(), on.take(), on.take()]).toEqual([
    1,
    2,
    3,
    4,
    5,
    undefined,
  ]);
});

test("input feed: a checkpoint takes back what is in its state, from the inbox, too", () => {
  const on = feed();
  for (const order of [1, 2, 3, 4, 5]) on.add(order);
  expect(on.take()).toBe(1);
  on.feed.goOnBehind(3);
  expect([on.take(), on.take(), on.take()]).toEqual([4, 5, undefined]);
  on.feed.goOnBehind(9);
  on.add(10);
  expect(on.take()).toBe(10);
});

test("input feed: too many are lost, the newest first, and what others put there is not counted", () => {
  const on = feed(8);
  on.inbox.send(Uint8Array.of(77));
  expect(on.take()).toBe(77);
  for (let order = 1; order <= FEED_INPUTS_MAX; order += 1) expect(on.add(order)).toBe(true);
  expect(on.add(FEED_INPUTS_MAX + 1)).toBe(false);
  expect(on.take()).toBe(1);
  expect(on.add(FEED_INPUTS_MAX + 2)).toBe(true);
});
