import { StandinRangeError } from "../sim/errors.ts";
import { CHART_VALUE_MAX, CHART_VALUE_MIN, type ScaleKind } from "./chart-scale.ts";

/** What lies along an axis. */
export interface ChartAxis {
  /** What it is, with its unit: `median latency, ms`. */
  readonly title: string;
  readonly scale: ScaleKind;
}

/** A point of a line, in the units of the axes. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

/** One line of a panel. */
export interface ChartLine {
  readonly label: string;
  /** In the order in which they are joined. */
  readonly points: readonly ChartPoint[];
}

/** Lines that share a vertical axis. */
export interface ChartPanel {
  readonly y: ChartAxis;
  /** Lines of the same place and label are the same in all panels. */
  readonly lines: readonly ChartLine[];
}

/** Panels beside each other that share a horizontal axis and a legend. */
export interface LineChart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly panels: readonly ChartPanel[];
}

/** Most panels: more would be too narrow for their labels. */
export const CHART_PANELS_MAX = 3;

/** Most lines of a panel: each needs a colour, a dash and a marker of its own. */
export const CHART_LINES_MAX = 5;

/** Most points of a line. */
export const CHART_POINTS_MAX = 1_000;

/**
 * Makes sure that a chart can be drawn.
 *
 * @throws StandinRangeError `CHART_EMPTY` without a panel, a line or a point; `CHART_SIZE` with more than there is
 *   room for; `CHART_POINT` for a value that its axis cannot show; `CHART_LEGEND` if the panels' lines have not the
 *   same labels.
 */
export function checkChart({ x, panels }: LineChart): void {
  count("panels", panels.length, CHART_PANELS_MAX);
  for (const { y, lines } of panels) {
    count(`lines of "${y.title}"`, lines.length, CHART_LINES_MAX);
    for (const { label, points } of lines) {
      count(`points of "${label}" in "${y.title}"`, points.length, CHART_POINTS_MAX);
      for (const point of points) {
        value(x, point.x);
        value(y, point.y);
      }
    }
  }
  const labelsOf = ({ lines }: ChartPanel): string => lines.map(({ label }) => label).join(", ");
  const [labels, ...others] = panels.map(labelsOf);
  const other = others.find((each) => each !== labels);
  if (other !== undefined) {
    throw new StandinRangeError(
      "CHART_LEGEND",
      `panels: expected lines with the same labels in each, got ${labels} and ${other}`,
    );
  }
}

function count(what: string, given: number, most: number): void {
  if (given >= 1 && given <= most) return;
  const code = given === 0 ? "CHART_EMPTY" : "CHART_SIZE";
  throw new StandinRangeError(code, `${what}: expected 1 to ${most}, got ${given}`);
}

function value({ title, scale }: ChartAxis, given: number): void {
  if (given >= CHART_VALUE_MIN && given <= CHART_VALUE_MAX) return;
  if (given === 0 && scale === "linear") return;
  const zero = scale === "linear" ? "0, or " : "";
  throw new StandinRangeError(
    "CHART_POINT",
    `"${title}": expected ${zero}a number from ${CHART_VALUE_MIN} to ${CHART_VALUE_MAX}, got ${given}`,
  );
}
