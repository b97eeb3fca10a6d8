import { expect, test } from "vitest";
import { latencyPicture } from "../../src/report/latency-picture.ts";
import { plain } from "../../src/report/style.ts";
import { ms } from "../../src/sim/time.ts";

const replies = Array.from({ length: 40 }, (_, index) => ({
  atNs: ms(25) * index + ms(24),
  latencyNs: index === 20 ? ms(100) : ms(10),
})).filter((_, index) => index < 15 || index >= 20);

test("latency picture: a failover is a gap between two marks", () => {
  const marks = [
    { atNs: ms(380), mark: "✗" },
    { atNs: ms(480), mark: "▲" },
  ] as const;
  const picture = latencyPicture({ replies, marks, endNs: ms(1_000), intervalNs: ms(25) }, plain);
  expect(picture).toEqual([
    "replies ≤ 1         ███████████████     ████████████████████",
    "slowest ≤ 100.00 ms ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁     █▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁",
    "                                   ✗   ▲",
    "                    0                                    1 s",
  ]);
});

test("latency picture: columns are whole epochs, as many as fit", () => {
  const width = (endNs: number, intervalNs: number): number => {
    const lines = latencyPicture({ replies, marks: [], endNs, intervalNs }, plain);
    return (lines.at(-1) ?? "").length - 20;
  };
  expect(width(ms(2_000), ms(25))).toBe(80);
  expect(width(ms(2_025), ms(25))).toBe(41);
  expect(width(ms(1_000), ms(500))).toBe(80);
  expect(width(ms(1_000), 0)).toBe(80);
});

test("latency picture: without replies there is none, without marks no line for them", () => {
  expect(latencyPicture({ replies: [], marks: [], endNs: ms(1), intervalNs: 0 }, plain)).toEqual(
    [],
  );
  expect(
    latencyPicture({ replies, marks: [], endNs: ms(1_000), intervalNs: 0 }, plain),
  ).toHaveLength(3);
});

test("latency picture: no line is wider than a hundred characters", () => {
  const late = [{ atNs: ms(999), latencyNs: ms(12_345) }];
  const marks = [{ atNs: ms(1_000), mark: "✗" }] as const;
  const lines = latencyPicture({ replies: late, marks, endNs: ms(1_000), intervalNs: 0 }, plain);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});
