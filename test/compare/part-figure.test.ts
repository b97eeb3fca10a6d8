// covers src/compare/part-figure.ts, src/compare/figure.ts
import { expect, test } from "vitest";
import { partFigures } from "../../src/compare/part-figure.ts";
import { PartMeter } from "../../src/compare/part-measures.ts";

const formats = new Map(partFigures.map(({ title, format }) => [title.join(" ").trim(), format]));

test.each([
  ["stopped p50", 0, "0 ns"],
  ["stopped p50", 999, "999 ns"],
  ["stopped p50", 1_000, "1.00 us"],
  ["stopped p99", 9_996, "10.0 us"],
  ["latency p50", 99_960, "100 us"],
  ["bring-up", 642_831, "643 us"],
  ["commit p50", 1_204_000_000, "1.20 s"],
  ["sent each", 0, "0 B"],
  ["sent each", 1_023, "1023 B"],
  ["sent per s", 4_928_307, "4.70 MiB"],
  ["done per s", 39.04, "39.0"],
])("part figures: %s of %d is %s", (name, value, text) => {
  expect(formats.get(name)?.(value)).toBe(text);
});

test("part figures: each is of something else, says what it is, and is absent without a run", () => {
  const nothing = new PartMeter().measures(1);
  expect(formats.size).toBe(partFigures.length);
  for (const { about, of } of partFigures) {
    expect(about.length).toBeGreaterThan(10);
    expect(of(nothing)).toBeNull();
  }
  expect(partFigures.filter((each) => each.isBetterHigh).map(({ title }) => title[0])).toEqual([
    "done",
  ]);
});
