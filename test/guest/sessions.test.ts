// covers src/guest/sessions.ts, src/guest/session-directory.ts, src/guest/session-audit.ts, src/guest/session-status.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { GuestPanic } from "../../src/guest/guest-panic.ts";
import { PageAllocator } from "../../src/guest/page-allocator.ts";
import { readJournal } from "../../src/guest/session-audit.ts";
import {
  CLIENTS_MAX,
  ClientEntry,
  REQUEST_NUMBER_MAX,
  SESSION_DIRECTORY_BYTES,
} from "../../src/guest/session-directory.ts";
import { SessionStatus, sessionStatusOf } from "../../src/guest/session-status.ts";
import { SESSION_WINDOW_MAX, Sessions } from "../../src/guest/sessions.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

const DIRECTORY = 64;
const NOTHING = new Uint8Array(0);

class Server {
  readonly memory = new Memory();
  readonly sessions: Sessions;
  /** client:number of every execution, in order. */
  readonly executed: string[] = [];

  constructor({ pageCount = 2_000, window = 4, executeRetries = false } = {}) {
    const backing = new SparseBacking(pageCount);
    this.memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
    const allocator = new PageAllocator(this.memory, 0, pageCount);
    allocator.begin(1);
    this.sessions = new Sessions({
      memory: this.memory,
      allocator,
      directoryAddress: DIRECTORY,
      replyBytesMax: 8,
      window,
      executeRetries,
    });
  }

  /** The reply of the n-th execution is n, or the status of the session layer. */
  ask(client: number, number: number): number | string {
    const reply = this.sessions.answer({ client, number, payload: NOTHING }, () => {
      this.executed.push(`${client}:${number}`);
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, this.executed.length, true);
      return bytes;
    });
    const status = sessionStatusOf(reply);
    if (status !== undefined) return `0x${status.toString(16)}`;
    return new DataView(reply.buffer, reply.byteOffset).getUint32(0, true);
  }

  journal(client: number): Map<number, number> {
    return readJournal(this.memory, DIRECTORY, client);
  }
}

const status = (value: number): string => `0x${value.toString(16)}`;

test("sessions: a retry gets the reply of the first time and is not executed", () => {
  const server = new Server();
  expect(server.ask(7, 1)).toBe(1);
  expect(server.ask(7, 2)).toBe(2);
  expect(server.ask(7, 1)).toBe(1);
  expect(server.ask(7, 2)).toBe(2);
  expect(server.executed).toEqual(["7:1", "7:2"]);
  expect(server.journal(7)).toEqual(
    new Map([
      [1, 1],
      [2, 1],
    ]),
  );
});

test("sessions: a window of requests in any order, any number of times, each executed once", () => {
  const arrivals = fc.array(fc.record({ client: fc.constantFrom(1, 65, 9), pick: fc.nat() }), {
    maxLength: 200,
  });
  const windows = fc.integer({ min: 1, max: SESSION_WINDOW_MAX });
  fc.assert(
    fc.property(arrivals, windows, (list, window) => {
      const server = new Server({ window });
      const replies = new Map<string, number>();
      const lowest = new Map([1, 65, 9].map((client) => [client, 1]));
      for (const { client, pick } of list) {
        const from = lowest.get(client)!;
        const number = from + (pick % window);
        const reply = server.ask(client, number);
        const key = `${client}:${number}`;
        expect(reply).toBe(replies.get(key) ?? reply);
        expect(typeof reply).toBe("number");
        replies.set(key, reply as number);
        // the client moves its window past what was answered
        let unanswered = from;
        while (replies.has(`${client}:${unanswered}`)) unanswered += 1;
        if (pick % 3 === 0) lowest.set(client, unanswered);
      }
      expect([...server.executed].sort()).toEqual([...replies.keys()].sort());
      for (const client of [1, 65, 9]) {
        for (const times of server.journal(client).values()) expect(times).toBe(1);
      }
    }),
    { numRuns: 60 },
  );
});

test("sessions: a reply older than the window is forgotten, its request still not executed again", () => {
  const server = new Server({ window: 4 });
  for (let number = 1; number <= 5; number += 1) server.ask(1, number);
  expect(server.ask(1, 1)).toBe(status(SessionStatus.replyForgotten));
  expect(server.ask(1, 2)).toBe(2);
  expect(server.journal(1).get(1)).toBe(1);
});

test("sessions: a request that arrives late for the first time is executed", () => {
  const server = new Server({ window: 4 });
  for (let number = 2; number <= 9; number += 1) server.ask(1, number);
  expect(server.ask(1, 1)).toBe(9);
  expect(server.ask(1, 1)).toBe(9);
});

test("sessions: numbers out of range are refused and leave no trace", () => {
  const server = new Server();
  for (const number of [0, REQUEST_NUMBER_MAX + 1, 0xffff_ffff]) {
    expect(server.ask(1, number)).toBe(status(SessionStatus.numberOutOfRange));
  }
  expect(server.ask(1, REQUEST_NUMBER_MAX)).toBe(1);
  expect(server.journal(1)).toEqual(new Map([[REQUEST_NUMBER_MAX, 1]]));
});

test("sessions: one client more than there is room for is refused, the others go on", () => {
  const server = new Server();
  for (let client = 0; client < CLIENTS_MAX; client += 1) {
    expect(server.ask(client * 64, 1)).toBe(client + 1);
  }
  expect(server.ask(5, 1)).toBe(status(SessionStatus.tooManyClients));
  expect(server.journal(5)).toEqual(new Map());
  expect(server.ask(0, 1)).toBe(1);
});

test("sessions: without memory a request is refused, and not executed", () => {
  const server = new Server({ pageCount: 4 });
  expect(server.ask(1, 1)).toBe(1); // replies and journal: two of three pages
  expect(server.ask(1, 5_000)).toBe(2); // another page of the journal: the third
  expect(server.ask(1, 9_000)).toBe(status(SessionStatus.outOfMemory));
  expect(server.ask(2, 1)).toBe(status(SessionStatus.outOfMemory));
  expect(server.ask(1, 2)).toBe(3);
  expect(server.executed).toHaveLength(3);
});

test("sessions: a broken server executes retries, and its journal shows it", () => {
  const server = new Server({ executeRetries: true });
  expect(server.ask(1, 1)).toBe(1);
  expect(server.ask(1, 1)).toBe(2);
  expect(server.journal(1)).toEqual(new Map([[1, 2]]));
  for (let times = 0; times < 300; times += 1) server.ask(1, 2);
  expect(server.journal(1).get(2)).toBe(255);
});

test("sessions: a request dirties the directory's page at first, then two pages", () => {
  const server = new Server();
  server.ask(1, 1);
  server.memory.tlb.invalidate();
  const dirty = new PageSet();
  server.memory.slat.collectDirty(dirty, 0, 2_000);
  expect(dirty.size).toBe(3);
  dirty.clear();
  server.ask(1, 2);
  server.memory.slat.collectDirty(dirty, 0, 2_000);
  expect(dirty.size).toBe(2);
});

test("sessions: reading the journal changes no translation bits and no counters", () => {
  const server = new Server();
  server.ask(1, 1);
  const { hits, walks } = server.memory.tlb;
  server.journal(1);
  server.journal(2);
  expect({ hits: server.memory.tlb.hits, walks: server.memory.tlb.walks }).toEqual({ hits, walks });
});

test("sessions: a damaged directory or reply is noticed, not followed", () => {
  const server = new Server();
  server.ask(1, 1);
  const entry = ClientEntry.at(server.memory, DIRECTORY + ClientEntry.sizeBytes);
  const stored = entry.replyPage * PAGE_SIZE + 1 * 16;
  expect(server.memory.load32(stored)).toBe(1);
  server.memory.store16(stored + 4, 9);
  expect(() => server.ask(1, 1)).toThrow(GuestPanic);
  entry.journal.set(0, 0xffff);
  expect(server.journal(1)).toEqual(new Map());
});

test("sessions: a window out of range is refused", () => {
  for (const window of [0, -1, 1.5, SESSION_WINDOW_MAX + 1]) {
    expect(() => new Server({ window })).toThrow(RangeError);
  }
});

test("sessions: the directory fits its page behind other tables", () => {
  expect(SESSION_DIRECTORY_BYTES).toBe(2_560);
  expect(sessionStatusOf(Uint8Array.of(0))).toBeUndefined();
  expect(sessionStatusOf(Uint8Array.of(0xf0, 0))).toBeUndefined();
});
