// covers src/lockstep/compare/event-log.ts, src/lockstep/compare/output-hold.ts
import { expect, test } from "vitest";
import type { ComparedPacket } from "../../../src/lockstep/compare/compared-packet.ts";
import { EventLog } from "../../../src/lockstep/compare/event-log.ts";
import { packet } from "./packets.ts";

function log(isSent = true) {
  const said: string[] = [];
  const events = new EventLog(
    { mostEvents: 3, timeoutNs: 100, send: ({ order }) => said.push(`>${order}`) > 0 && isSent },
    {
      matched: ({ order }) => said.push(`=${order}`),
      diverged: ({ order }, reason) => said.push(`!${order} ${reason}`),
    },
  );
  const event = (order: number): ComparedPacket => {
    const [from, atNs] = ["primary", order] as const;
    return { from, order, epoch: 2, packet: packet(1, order, "x"), atNs };
  };
  return { said, events, add: (order: number) => events.addPrimary(event(order)) };
}

test("event log: output is pending until the stand-by has come to the same", () => {
  const on = log();
  for (const order of [1, 2]) on.add(order);
  on.events.same(2);
  on.events.same(2);
  expect(on.said).toEqual([">1", ">2", "=2"]);
  expect(on.events.pending(1)?.order).toBe(1);
  expect(on.events.pending(2)).toBeUndefined();
});

test("event log: a checkpoint covers what is pending; an answer to it comes too late", () => {
  const on = log();
  for (const order of [1, 2]) on.add(order);
  expect(on.events.flush().map(({ order }) => order)).toEqual([1, 2]);
  on.events.goOn();
  on.events.same(1);
  expect(on.said).toEqual([">1", ">2"]);
});

test("event log: without an answer, or room for it, the machines are taken to differ", () => {
  const on = log();
  for (const order of [1, 2, 3, 4]) on.add(order);
  expect(on.said).toEqual([">1", ">2", ">3", "!4 queue-full"]);
  on.events.expire(100);
  expect(on.said).toHaveLength(4);
  on.events.expire(101);
  on.events.expire(101);
  expect(on.said.slice(4)).toEqual(["!1 time-out"]);
  const lost = log(false);
  lost.add(1);
  expect(lost.said).toEqual([">1", "!1 queue-full"]);
});
