// covers src/report/line-chart.ts, src/report/line-chart-svg.ts, src/report/line-look.ts, src/report/chart-scale.ts, src/report/svg-text.ts
import { describe, expect, test } from "vitest";
import { chartScale } from "../../src/report/chart-scale.ts";
import {
  CHART_LINES_MAX,
  CHART_PANELS_MAX,
  CHART_POINTS_MAX,
  type ChartPanel,
  type LineChart,
} from "../../src/report/line-chart.ts";
import { lineChartSvg } from "../../src/report/line-chart-svg.ts";
import { lineLooks } from "../../src/report/line-look.ts";
import { svgText } from "../../src/report/svg-text.ts";

const panel: ChartPanel = {
  y: { title: "answers per s", scale: "linear" },
  lines: [
    {
      label: "one",
      points: [
        { x: 1, y: 0 },
        { x: 10, y: 50 },
        { x: 100, y: 100 },
      ],
    },
    { label: "two", points: [{ x: 100, y: 50 }] },
  ],
};
const chart: LineChart = {
  title: "something against something",
  x: { title: "interval, ms", scale: "log" },
  panels: [panel],
};

function withPanel(changes: Partial<ChartPanel>): LineChart {
  return { ...chart, panels: [{ ...panel, ...changes }] };
}

/** Elements of a text that is well-formed XML; throws what is wrong with it otherwise. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string> }[] {
  const open: string[] = [];
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  let at = 0;
  for (const match of xml.matchAll(/<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/gi)) {
    const between = xml.slice(at, match.index);
    if (/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/.test(between)) throw new Error(`text: ${between}`);
    at = match.index + match[0].length;
    const [, closing, name, given, selfClosing] = match as unknown as string[];
    if (closing === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes something else`);
      continue;
    }
    const attributes: Record<string, string> = {};
    for (const [, key, value] of given!.matchAll(/ ([\w:-]+)="([^"]*)"/g)) {
      if (key! in attributes) throw new Error(`${key} twice`);
      attributes[key!] = value!;
    }
    elements.push({ name: name!, attributes });
    if (selfClosing === "") open.push(name!);
  }
  if (open.length > 0 || xml.slice(at).trim() !== "") throw new Error(`left: ${open.join(", ")}`);
  return elements;
}

/** Where the marks of a line are, without its key in the legend. */
function marksOf(svg: string, name: string): string[] {
  return elementsOf(svg)
    .filter(({ attributes }) => attributes["class"] === `${name} mark`)
    .map(({ attributes }) => attributes["transform"]!)
    .slice(1);
}

test("line chart: well-formed, with nothing from outside and no script", () => {
  const svg = lineChartSvg(chart);
  const [root, ...others] = elementsOf(svg);
  expect(root).toMatchObject({ name: "svg", attributes: { role: "img", viewBox: "0 0 880 380" } });
  expect(new Set(others.map(({ name }) => name))).toEqual(
    new Set(["title", "style", "rect", "text", "path"]),
  );
  expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/http|url\(|@import|href/);
  expect(svg).toContain("prefers-color-scheme:dark");
});

test("line chart: points are where the axes say", () => {
  const svg = lineChartSvg(chart);
  // The panel is from 68 to 856 across, and from 318 up to 112: 1 to 100 ms and 0 to 100 answers.
  expect(marksOf(svg, "a")).toEqual([
    "translate(68 318)",
    "translate(462 215)",
    "translate(856 112)",
  ]);
  expect(marksOf(svg, "b")).toEqual(["translate(856 215)"]);
  expect(svg).toContain('d="M68 318L462 215L856 112"');
});

test("line chart: panels lie beside each other, each with its own vertical axis", () => {
  const other: ChartPanel = {
    y: { title: "latency, ms", scale: "log" },
    lines: panel.lines.map((line) => ({
      ...line,
      points: line.points.map(({ x, y }) => ({ x, y: y + 1 })),
    })),
  };
  const svg = lineChartSvg({ ...chart, panels: [panel, other] });
  // The same from left to right, once for each panel.
  const across = marksOf(svg, "a").map((place) => Number(/\((\S+)/.exec(place)![1]));
  expect(across.slice(3).map((each, index) => each - across[index]!)).toEqual([425, 425, 425]);
  expect(svg.match(/>interval, ms</g)).toHaveLength(2);
  // A key for each line, once.
  expect(svg.match(/>one</g)).toHaveLength(1);
});

test("line chart: lines differ in colour, dash and mark", () => {
  expect(lineLooks).toHaveLength(CHART_LINES_MAX);
  for (const key of ["name", "light", "dark", "dashes", "outline"] as const) {
    expect(new Set(lineLooks.map((each) => each[key])).size, key).toBe(CHART_LINES_MAX);
  }
});

test("line chart: text is text, and has its bound", () => {
  const svg = lineChartSvg({ ...chart, title: `<script>"&' \u0000\n${"x".repeat(500)}` });
  expect(elementsOf(svg).some(({ name }) => name === "script")).toBe(false);
  const [, title] = /<title id="title">(.*)<\/title>/.exec(svg)!;
  expect(title).toMatch(/^&lt;script&gt;&quot;&amp;&apos; ��x+…$/);
  expect(svgText("a&b", 2)).toBe("a…");
  expect(svgText("\u{1f3b2}\u{1f3b2}", 2)).toBe("�…");
  expect(svgText("\ud800é\u{1f3b2}", 9)).toBe("�é\u{1f3b2}");
});

const many = (count: number): { x: number; y: number }[] =>
  Array.from({ length: count }, (_, index) => ({ x: index + 1, y: 1 }));

describe("line chart: what cannot be drawn is refused", () => {
  test.each([
    ["no panel", { ...chart, panels: [] }, "CHART_EMPTY", "panels: expected 1 to 3, got 0"],
    ["no line", withPanel({ lines: [] }), "CHART_EMPTY", 'lines of "answers per s": expected 1 to'],
    [
      "no point",
      withPanel({ lines: [panel.lines[0]!, { label: "two", points: [] }] }),
      "CHART_EMPTY",
      'points of "two" in "answers per s": expected 1 to 1000, got 0',
    ],
    [
      "too many panels",
      { ...chart, panels: many(CHART_PANELS_MAX + 1).map(() => panel) },
      "CHART_SIZE",
      "panels: expected 1 to 3, got 4",
    ],
    [
      "too many lines",
      withPanel({ lines: many(CHART_LINES_MAX + 1).map(() => panel.lines[0]!) }),
      "CHART_SIZE",
      "expected 1 to 5, got 6",
    ],
    [
      "too many points",
      withPanel({ lines: [{ label: "one", points: many(CHART_POINTS_MAX + 1) }] }),
      "CHART_SIZE",
      "expected 1 to 1000, got 1001",
    ],
    [
      "a 0 where ratios count",
      withPanel({ lines: [{ label: "one", points: [{ x: 0, y: 1 }] }] }),
      "CHART_POINT",
      '"interval, ms": expected a number from 1e-9 to',
    ],
    [
      "what is no number",
      withPanel({ lines: [{ label: "one", points: [{ x: 1, y: Number.NaN }] }] }),
      "CHART_POINT",
      '"answers per s": expected 0, or a number from 1e-9 to 5000000000000000, got NaN',
    ],
    [
      "panels of other lines",
      { ...chart, panels: [panel, { ...panel, lines: panel.lines.toReversed() }] },
      "CHART_LEGEND",
      "panels: expected lines with the same labels in each, got one, two and two, one",
    ],
  ])("%s", (_name, wrong, code, message) => {
    expect(() => lineChartSvg(wrong)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
  });
});

test.each([
  ["linear", [0, 1], [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ["linear", [3, 199.1], [0, 50, 100, 150, 200]],
  ["linear", [0], [0, 1e-9]],
  ["linear", [0.07], [0, 0.02, 0.04, 0.06, 0.08]],
  ["log", [11, 199.1], [10, 20, 50, 100, 200]],
  ["log", [0.4, 190], [1, 10, 100]],
  ["log", [5], [5, 10]],
] as const)("chart scale: %s, %j has round ticks", (kind, values, ticks) => {
  const scale = chartScale(kind, values);
  expect(scale.ticks).toEqual(ticks);
  for (const each of values) {
    expect(scale.position(each)).toBeGreaterThanOrEqual(0);
    expect(scale.position(each)).toBeLessThanOrEqual(1);
  }
});

test("chart scale: equal ratios are equally far apart", () => {
  const scale = chartScale("log", [0.001, 1_000]);
  const position = (value: number): number => scale.position(value);
  expect(position(0.001)).toBe(0);
  expect(position(1)).toBeCloseTo(0.5, 6);
  expect(position(1_000)).toBe(1);
  expect(position(0.03) - position(0.01)).toBeCloseTo(Math.log10(3) / 6, 6);
});
