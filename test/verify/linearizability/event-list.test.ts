import fc from "fast-check";
import { expect, test } from "vitest";
import { EventList } from "../../../src/verify/linearizability/event-list.ts";

function eventsOf(list: EventList): number[] {
  const events: number[] = [];
  for (let event = list.after(0); event !== list.end; event = list.after(event)) events.push(event);
  return events;
}

test("event list: holds all events in order", () => {
  expect(eventsOf(new EventList(3, new Uint8Array(5)))).toEqual([1, 2, 3]);
  expect(eventsOf(new EventList(0, new Uint8Array(2)))).toEqual([]);
});

test("event list: what is taken out comes back to its place", () => {
  const removals = fc.uniqueArray(fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(removals, (removed) => {
      const list = new EventList(12, new Uint8Array(14));
      const seen = [eventsOf(list)];
      for (const event of removed) {
        list.remove(event);
        seen.push(eventsOf(list));
      }
      expect(seen.at(-1)).toEqual(seen[0]?.filter((event) => !removed.includes(event)));
      for (const event of [...removed].reverse()) {
        expect(eventsOf(list)).toEqual(seen.pop());
        list.restore(event);
      }
      expect(eventsOf(list)).toEqual(seen[0]);
    }),
  );
});

test("event list: the first return is behind all calls before it", () => {
  const list = new EventList(4, Uint8Array.of(0, 1, 1, 0, 0, 0));
  expect(list.firstReturn(1)).toBe(3);
  list.remove(3);
  expect(list.firstReturn(list.after(0))).toBe(4);
  list.remove(4);
  expect(list.firstReturn(list.after(0))).toBe(list.end);
});
