// covers src/lockstep/event-log.ts, src/lockstep/log-entry.ts
import { expect, test } from "vitest";
import { EventLog } from "../../src/lockstep/event-log.ts";
import { entryBytes, type LogEntry } from "../../src/lockstep/log-entry.ts";

const mark = (epoch: number): LogEntry => ({ type: "mark", epoch });
const stretch = (input?: Uint8Array): LogEntry => ({
  ...{ type: "stretch", input, answers: [{ service: "random", value: 1 }] },
  ...{ usedNs: 1, boundary: "idle", instructions: 0, check: 0 },
});

test("event log: entries are numbered from 1 and keep their number", () => {
  const log = new EventLog();
  expect([log.first, log.last, log.count, log.at(1)]).toEqual([1, 0, 0, undefined]);
  for (let epoch = 1; epoch <= 5_000; epoch += 1) expect(log.add(mark(epoch))).toBe(epoch);
  log.dropThrough(3_000);
  expect([log.first, log.last, log.count]).toEqual([3_001, 5_000, 2_000]);
  expect(log.at(3_000)).toBeUndefined();
  expect(log.at(3_001)).toEqual(mark(3_001));
  expect(log.at(5_001)).toBeUndefined();
  log.dropThrough(10);
  expect(log.first).toBe(3_001);
  log.dropThrough(5_000);
  expect([log.first, log.count, log.bytes]).toEqual([5_001, 0, 0]);
  expect(log.add(mark(7))).toBe(5_001);
});

test("event log: its size is that of what it keeps", () => {
  const log = new EventLog();
  log.add(stretch());
  log.add(stretch(new Uint8Array(100)));
  log.add(mark(1));
  expect(log.bytes).toBe(33 + 133 + 8);
  log.dropThrough(1);
  expect(log.bytes).toBe(entryBytes(stretch(new Uint8Array(100))) + 8);
});

test("event log: what was never added is not dropped", () => {
  expect(() => new EventLog().dropThrough(1)).toThrow("never added");
});
