import { expect, test } from "vitest";
import { DirtyRing, RING_ENTRIES_MAX } from "../../src/memory/dirty-ring.ts";

function drained(ring: DirtyRing): number[][] {
  const entries: number[][] = [];
  expect(ring.drain((slot, offset) => entries.push([slot, offset]))).toBe(entries.length);
  return entries;
}

test("dirty ring: entries come out in the order in which they went in, round after round", () => {
  const ring = new DirtyRing({ entries: 3 });
  for (let round = 0; round < 5; round += 1) {
    ring.push(0, round);
    ring.push(1, 7);
    expect(ring.used).toBe(2);
    expect(drained(ring)).toEqual([
      [0, round],
      [1, 7],
    ]);
    expect([ring.used, drained(ring)]).toEqual([0, []]);
  }
});

test("dirty ring: it is full at the watermark, and exhausted when nothing more fits", () => {
  const ring = new DirtyRing({ entries: 3, watermark: 2 });
  const states: boolean[][] = [];
  for (let page = 0; page < 3; page += 1) {
    ring.push(0, page);
    states.push([ring.isFull, ring.isExhausted]);
  }
  expect(states).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
  expect(() => ring.push(0, 3)).toThrow("an entry is pushed only where there is room");
});

test.each([
  [undefined, 4_096, 4_032],
  [1, 1, 1],
  [100, 100, 50],
  [128, 128, 64],
  [RING_ENTRIES_MAX, 65_536, 65_472],
])("dirty ring: asked for %s entries", (asked, entries, watermark) => {
  const ring = new DirtyRing(asked === undefined ? {} : { entries: asked });
  expect([ring.entries, ring.watermark]).toEqual([entries, watermark]);
});

test("dirty ring: sizes that are none are refused", () => {
  for (const entries of [0, -1, 0.5, Number.NaN, RING_ENTRIES_MAX + 1]) {
    expect(() => new DirtyRing({ entries })).toThrow("expected 1 to 65536 entries of a dirty ring");
  }
  for (const watermark of [0, 9, 1.5]) {
    expect(() => new DirtyRing({ entries: 8, watermark })).toThrow(
      "expected 1 to 8 entries as a watermark",
    );
  }
});
