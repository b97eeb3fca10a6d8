import { expect, test } from "vitest";
import { MessageInbox } from "../../src/host/message-inbox.ts";
import { Engine } from "../../src/sim/engine.ts";

/** What a message costs beside its bytes. */
const COST_BYTES = 256;

function inboxOf(windowBytes: number): {
  inbox: MessageInbox;
  receive: (count: number) => Uint8Array[];
  told: number[];
} {
  const engine = new Engine({ seed: 1 });
  const told: number[] = [];
  const inbox: MessageInbox = new MessageInbox(engine, "i", windowBytes, () =>
    told.push(inbox.tellRoom()),
  );
  const receive = (count: number): Uint8Array[] => {
    const messages: Uint8Array[] = [];
    engine.spawn("receiver", engine.createOwner("o"), function* () {
      while (messages.length < count) messages.push(yield* inbox.receive());
    });
    engine.run();
    return messages;
  };
  return { inbox, receive, told };
}

test("message inbox: messages come out in order, and make room", () => {
  const { inbox, receive } = inboxOf(10_000);
  const messages = [Uint8Array.of(1), Uint8Array.of(2, 3)];
  for (const message of messages) inbox.keep(message);
  expect(inbox.roomBytes).toBe(10_000 - 3 - 2 * COST_BYTES);
  expect(receive(2)).toEqual(messages);
  expect(inbox.roomBytes).toBe(10_000);
});

test("message inbox: room is told up to one window and given up to two", () => {
  const { inbox } = inboxOf(1_000);
  inbox.keep(new Uint8Array(1_000));
  expect([inbox.roomBytes, inbox.hasRoom]).toEqual([0, true]);
  inbox.keep(new Uint8Array(1_000));
  expect([inbox.roomBytes, inbox.hasRoom]).toEqual([0, false]);
});

test("message inbox: a peer that believes there is little is told when there is plenty", () => {
  const { inbox, receive, told } = inboxOf(2_000);
  for (let i = 0; i < 5; i += 1) inbox.keep(new Uint8Array(100));
  expect(inbox.tellRoom()).toBe(2_000 - 5 * (100 + COST_BYTES));
  receive(1);
  receive(1);
  expect(told).toEqual([]);
  receive(1);
  expect(told).toEqual([2_000 - 2 * (100 + COST_BYTES)]);
  receive(2);
  expect(told.length).toBe(1);
});

test("message inbox: a peer that knows of room is not told", () => {
  const { inbox, receive, told } = inboxOf(2_000);
  for (let i = 0; i < 5; i += 1) inbox.keep(new Uint8Array(100));
  receive(5);
  expect(told).toEqual([]);
});

test("message inbox: empty messages are bounded, too", () => {
  const { inbox } = inboxOf(1_000);
  let count = 0;
  for (; inbox.hasRoom; count += 1) inbox.keep(new Uint8Array(0));
  expect(count).toBe(8);
});
