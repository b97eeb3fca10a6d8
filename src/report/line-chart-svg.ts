import { type ChartScale, chartScale } from "./chart-scale.ts";
import { type ChartPanel, checkChart, type LineChart } from "./line-chart.ts";
import { type LineLook, lineLooks, marker } from "./line-look.ts";
import { svgText } from "./svg-text.ts";

/** Units of the picture; it is scaled to the room that it is given. */
const WIDTH = 880;
const HEIGHT = 380;
const MARGIN = 24;
/** What is above the panels: title and legend. */
const TOP = 112;
/** What is below them: ticks and the axis's title. */
const BOTTOM = 62;
/** Left of a panel: its ticks. */
const TICKS_WIDTH = 44;
const GAP = 18;
const LEGEND_KEY_WIDTH = 34;

/** Characters that have room. */
const TITLE_CHARS_MAX = 110;
const AXIS_CHARS_MAX = 40;
const LABEL_CHARS_MAX = 26;

/** A panel's place. */
interface Frame {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly height: number;
}

/**
 * A chart as SVG: one text, with its look and without scripts, fonts or anything else from outside. Its colours
 * follow the reader's colour scheme; lines differ in colour, dash and marker, so that they can be told apart in
 * none.
 *
 * @throws StandinRangeError as `checkChart` does.
 */
export function lineChartSvg(chart: LineChart): string {
  checkChart(chart);
  const { title, x, panels } = chart;
  const points = panels.flatMap(({ lines }) => lines.flatMap((line) => line.points));
  const xScale = chartScale(
    x.scale,
    points.map((point) => point.x),
  );
  const share = (WIDTH - 2 * MARGIN + GAP) / panels.length;
  const frames = panels.map((_, index) => ({
    left: MARGIN + index * share + TICKS_WIDTH,
    width: share - GAP - TICKS_WIDTH,
    top: TOP,
    height: HEIGHT - TOP - BOTTOM,
  }));
  const said = svgText(title, TITLE_CHARS_MAX);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-labelledby="title">`,
    `<title id="title">${said}</title>`,
    `<style>${looks()}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="10"/>`,
    `<text class="name" x="${MARGIN}" y="34">${said}</text>`,
    ...legend(panels[0]!.lines.map(({ label }) => label)),
    ...panels.flatMap((panel, index) => panelSvg(panel, frames[index]!, x.title, xScale)),
    "</svg>",
    "",
  ].join("\n");
}

function legend(labels: readonly string[]): string[] {
  const share = (WIDTH - 2 * MARGIN) / labels.length;
  return labels.flatMap((label, index) => {
    const left = MARGIN + Math.min(share, 168) * index;
    const look = lineLooks[index]!;
    return [
      `<path class="${look.name}" ${dash(look)}d="M${coordinate(left)} 58h26"/>`,
      marker(look, left + 13, 58),
      `<text x="${coordinate(left + LEGEND_KEY_WIDTH)}" y="62">${svgText(label, LABEL_CHARS_MAX)}</text>`,
    ];
  });
}

function panelSvg(
  { y, lines }: ChartPanel,
  frame: Frame,
  xTitle: string,
  xScale: ChartScale,
): string[] {
  const { left, width, top, height } = frame;
  const [right, bottom] = [left + width, top + height];
  const yScale = chartScale(
    y.scale,
    lines.flatMap(({ points }) => points.map((point) => point.y)),
  );
  const across = (value: number): number => left + xScale.position(value) * width;
  const up = (value: number): number => bottom - yScale.position(value) * height;
  const middle = coordinate(left + width / 2);
  return [
    `<text class="name" x="${coordinate(left)}" y="${top - 12}">${svgText(y.title, AXIS_CHARS_MAX)}</text>`,
    ...yScale.ticks.flatMap((tick) => [
      `<path class="grid" d="M${coordinate(left)} ${coordinate(up(tick))}H${coordinate(right)}"/>`,
      `<text class="tick" x="${coordinate(left - 8)}" y="${coordinate(up(tick) + 4)}" text-anchor="end">${tickText(tick)}</text>`,
    ]),
    ...xScale.ticks.flatMap((tick) => [
      `<path class="grid" d="M${coordinate(across(tick))} ${top}V${coordinate(bottom + 5)}"/>`,
      `<text class="tick" x="${coordinate(across(tick))}" y="${coordinate(bottom + 20)}" text-anchor="middle">${tickText(tick)}</text>`,
    ]),
    `<path class="axis" d="M${coordinate(left)} ${top}V${coordinate(bottom)}H${coordinate(right)}"/>`,
    `<text class="tick" x="${middle}" y="${coordinate(bottom + 44)}" text-anchor="middle">${svgText(xTitle, AXIS_CHARS_MAX)}</text>`,
    ...lines.flatMap(({ points }, index) => {
      const look = lineLooks[index]!;
      const places = points.map((point) => [across(point.x), up(point.y)] as const);
      const way = places.map(([at, of]) => `${coordinate(at)} ${coordinate(of)}`).join("L");
      return [
        `<path class="${look.name}" ${dash(look)}d="M${way}"/>`,
        ...places.map(([at, of]) => marker(look, at, of)),
      ];
    }),
  ];
}

function dash({ dashes }: LineLook): string {
  return dashes === "" ? "" : `stroke-dasharray="${dashes}" `;
}

function looks(): string {
  const lines = (colour: "light" | "dark"): string =>
    lineLooks.map((look) => `.${look.name}{stroke:${look[colour]}}`).join("");
  return [
    "path{fill:none}",
    ".page{fill:#ffffff}text{fill:#1e293b}.name{font-weight:600}.tick{fill:#475569;font-size:12px}",
    ".grid{stroke:#e2e8f0}.axis{stroke:#64748b}.mark{fill:#ffffff}",
    lineLooks.map(({ name }) => `.${name}`).join(","),
    "{stroke-width:1.8;stroke-linejoin:round}",
    lines("light"),
    "@media (prefers-color-scheme:dark){",
    ".page{fill:#0f172a}text{fill:#e2e8f0}.tick{fill:#a3b1c6}",
    ".grid{stroke:#27344a}.axis{stroke:#94a3b8}.mark{fill:#0f172a}",
    lines("dark"),
    "}",
  ].join("");
}

/** A number as it is read: with commas, without what a division leaves behind the last digit that counts. */
function tickText(value: number): string {
  const [whole, part] = String(Number(value.toPrecision(6))).split(".") as [string, string?];
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return part === undefined ? grouped : `${grouped}.${part}`;
}

function coordinate(value: number): string {
  return String(Number(value.toFixed(1)));
}
