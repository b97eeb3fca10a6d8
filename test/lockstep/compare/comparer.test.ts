// covers src/lockstep/compare/comparer.ts, src/lockstep/compare/connection.ts, src/lockstep/compare/compared-packet.ts, src/lockstep/compare/packet-queues.ts, src/lockstep/compare/message-connection.ts
import { describe, expect, test } from "vitest";
import { connectionOf, numberOf } from "../../../src/lockstep/compare/compared-packet.ts";
import { comparison, LINE, packet, segment } from "./packets.ts";

describe("comparer", () => {
  test("a packet leaves when the other machine has sent the same, whoever was first", () => {
    const on = comparison();
    on.primary(packet(1, 1, "a"));
    expect(on.said).toEqual([]);
    on.standBy(packet(1, 1, "a"));
    on.standBy(packet(1, 2, "b"));
    on.primary(packet(1, 2, "b"));
    expect(on.said).toEqual(["=p1", "~s1", "=p2", "~s2"]);
    expect(on.comparer.waitingCount).toBe(0);
  });

  test("connections do not wait for each other", () => {
    const on = comparison();
    on.primary(packet(1, 1, "a"));
    on.standBy(packet(1, 1, "x"));
    on.primary(packet(2, 1, "b"));
    on.standBy(packet(2, 1, "b"));
    expect(on.said).toEqual(["!p1 unequal", "=p2", "~s2"]);
  });

  test("the whole queue of the stand-by is searched for an equal payload", () => {
    const on = comparison();
    on.standBy(packet(1, 1, "a"));
    on.standBy(packet(1, 2, "b"));
    on.primary(packet(1, 2, "b"));
    on.primary(packet(1, 1, "a"));
    expect(on.said).toEqual(["=p1", "~s2", "=p2", "~s1"]);
  });

  test("one that differs is told once and holds back those behind it, each of which is judged", () => {
    const on = comparison();
    on.primary(packet(1, 1, "a"));
    on.primary(packet(1, 2, "b"));
    on.primary(packet(1, 3, "c"));
    on.standBy(packet(1, 1, "x"));
    on.standBy(packet(1, 2, "b"));
    on.standBy(packet(1, 3, "y"));
    expect(on.said).toEqual(["!p1 unequal", "!p3 unequal"]);
    expect(on.comparer.waitingCount).toBe(6);
  });

  test("one that comes late after all is the same after all", () => {
    const on = comparison();
    on.primary(packet(1, 1, "a"));
    on.standBy(packet(1, 2, "b"));
    on.standBy(packet(1, 1, "a"));
    expect(on.said).toEqual(["!p1 unequal", "=p1", "~s2"]);
  });

  test("what nobody answers is told after the time-out, once, from either side", () => {
    const on = comparison();
    on.primary(packet(1, 1, "a"), 10);
    on.standBy(packet(2, 1, "b"), 20);
    on.comparer.expire(109);
    expect(on.said).toEqual([]);
    on.comparer.expire(110);
    on.comparer.expire(110);
    expect(on.said).toEqual(["!p1 time-out"]);
    on.comparer.expire(120);
    expect(on.said).toEqual(["!p1 time-out", "!s1 time-out"]);
  });

  test("broken on purpose, what nobody answers leaves", () => {
    const on = comparison({ skipOnTimeout: true });
    on.primary(packet(1, 1, "a"), 10);
    on.comparer.expire(110);
    expect(on.said).toEqual(["=p1"]);
  });

  test("a full queue drops the newest packet and tells of it", () => {
    const on = comparison({ mostPackets: 2 });
    for (const number of [1, 2, 3]) on.primary(packet(1, number, "a"));
    expect(on.said).toEqual(["!p3 queue-full"]);
    for (const number of [1, 2, 3]) on.standBy(packet(1, number, "a"));
    expect(on.said.slice(1)).toEqual(["=p1", "~s1", "=p2", "~s2"]);
    on.comparer.expire(1_000);
    expect(on.said.slice(5)).toEqual(["!s3 time-out"]);
  });

  test("a checkpoint covers the primary's packets in their order and destroys the stand-by's", () => {
    const on = comparison();
    on.primary(packet(2, 1, "a"));
    on.primary(packet(1, 1, "b"));
    on.primary(segment(0, "c"));
    on.standBy(packet(3, 1, "d"));
    expect(on.comparer.flush().map(({ order }) => order)).toEqual([1, 2, 3]);
    expect(on.comparer.waitingCount).toBe(0);
    on.comparer.goOn();
    expect(on.said).toEqual([]);
  });

  test("nothing is compared between a checkpoint's beginning and its end", () => {
    const on = comparison();
    on.comparer.flush();
    on.primary(packet(1, 1, "a"));
    on.standBy(packet(1, 1, "a"));
    on.comparer.expire(1_000);
    expect(on.said).toEqual([]);
    on.comparer.goOn();
    expect(on.said).toEqual(["=p1", "~s1"]);
  });

  test("connections are clients; what is no packet is one of its own", () => {
    expect(connectionOf(packet(7, 3, ""))).toBe(7);
    expect(numberOf(packet(7, 3, ""))).toBe(3);
    expect(connectionOf(segment(5, "x"))).toBe(LINE);
    expect(numberOf(segment(5, "x"))).toBe(5);
    expect(connectionOf(new Uint8Array(3))).toBe(-1);
    expect(numberOf(new Uint8Array(3))).toBe(0);
  });
});
