/** A rule of the format that a trace breaks. */
export interface ChromeTraceProblem {
  /** Place of the event in `traceEvents`; -1 for the trace as a whole. */
  readonly index: number;
  readonly problem: string;
}

/** An event whose common fields have been looked at. */
interface Checked {
  readonly index: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** In whole nanoseconds. */
  readonly atNs: number;
  readonly durNs: number;
}

type Report = (index: number, problem: string) => void;

const METADATA = ["process_name", "process_sort_index", "thread_name", "thread_sort_index"];
const PHASES = ["M", "X", "b", "e", "C", "i", "s", "t", "f"];
const ID = /^(0x[0-9a-f]+|[0-9]+)$/i;

/**
 * Checks a parsed trace against the rules of the Chrome Trace Event Format that viewers rely on and
 * do not complain about: an event that breaks them is drawn wrong, or not at all. It knows the kinds
 * of events that this library exports, and refuses others.
 *
 * @param trace The parsed JSON: an object with `traceEvents`, or the array alone.
 * @returns What is wrong, in the order of the events; empty if nothing is.
 */
export function validateChromeTrace(trace: unknown): ChromeTraceProblem[] {
  const problems: ChromeTraceProblem[] = [];
  const report: Report = (index, problem) => problems.push({ index, problem });
  const events: unknown = isObject(trace) ? trace["traceEvents"] : trace;
  if (!Array.isArray(events)) {
    return [{ index: -1, problem: "expected an array of events, or an object with traceEvents" }];
  }
  const checked = events.flatMap((event: unknown, index) => checkEvent(event, index, report));
  checkNames(checked, report);
  const slices = checked.filter(({ ph }) => ph === "X").sort(outerFirst);
  checkNesting(slices, report);
  checkSpans(checked, report);
  checkFlows(checked, slices, report);
  return problems.sort((a, b) => a.index - b.index);
}

/** The event if its own fields are right, else nothing: what depends on them is then not checked. */
function checkEvent(event: unknown, index: number, report: Report): Checked[] {
  if (!isObject(event)) {
    report(index, "expected an object");
    return [];
  }
  const { ph, pid, tid, ts, dur = 0, name, args, cat } = event;
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  expect(typeof ph === "string" && PHASES.includes(ph), `ph: expected one of ${PHASES.join(" ")}`);
  expect(isCount(pid), "pid: expected a whole number from 1");
  expect(isCount(tid), "tid: expected a whole number from 1");
  expect(typeof name === "string" && name !== "", "name: expected a text");
  expect(args === undefined || isObject(args), "args: expected an object");
  if (ph === "M") {
    expect(METADATA.includes(name as string), `name: expected one of ${METADATA.join(" ")}`);
    const { name: title, sort_index: place } = isObject(args) ? args : {};
    const isPlace = String(name).endsWith("sort_index");
    const isFilled = isPlace ? Number.isInteger(place) : typeof title === "string" && title !== "";
    expect(isFilled, isPlace ? "args: expected a whole sort_index" : "args: expected a name");
  } else {
    expect(isMicroseconds(ts), "ts: expected microseconds from 0, with at most three decimals");
    expect(typeof cat === "string" && cat !== "", "cat: expected a text");
  }
  if (ph === "X") {
    const isGiven = event["dur"] !== undefined && isMicroseconds(dur);
    expect(isGiven, "dur: expected microseconds from 0, with at most three decimals");
  }
  if (ph === "i") expect(["g", "p", "t"].includes(event["s"] as string), "s: expected g, p or t");
  if (ph === "C") {
    const values = isObject(args) ? Object.values(args) : [];
    const areNumbers = values.every((value) => Number.isFinite(value));
    expect(values.length > 0 && areNumbers, "args: expected at least one number, and only numbers");
  }
  if (["b", "e", "s", "t", "f"].includes(ph as string)) {
    expect(isId(event["id"]), "id: expected a number or a text of digits (0x… for hexadecimal)");
  }
  if (ph === "f") expect(event["bp"] === "e", 'bp: expected "e", to end in the slice around it');
  for (const problem of problems) report(index, problem);
  if (problems.length > 0) return [];
  const atNs = Math.round((ts as number) * 1_000);
  const durNs = Math.round((dur as number) * 1_000);
  const place = { pid: pid as number, tid: tid as number };
  return [{ index, fields: event, ph: ph as string, ...place, atNs, durNs }];
}

/** Every process and every line has a name, once. */
function checkNames(events: readonly Checked[], report: Report): void {
  const named = new Set<string>();
  for (const { index, fields, ph, pid, tid } of events) {
    if (ph !== "M") continue;
    const key = String(fields["name"]).startsWith("process") ? `${pid}` : `${pid}/${tid}`;
    const what = `${String(fields["name"])} ${key}`;
    if (named.has(what)) report(index, `${what} is given twice`);
    named.add(what);
  }
  const missed = new Set<string>();
  for (const { index, ph, pid, tid } of events) {
    if (ph === "M") continue;
    for (const what of [`process_name ${pid}`, `thread_name ${pid}/${tid}`]) {
      if (named.has(what) || missed.has(what)) continue;
      missed.add(what);
      report(index, `${what} is missing`);
    }
  }
}

/** Slices of one line lie inside each other or apart, never across. */
function checkNesting(slices: readonly Checked[], report: Report): void {
  const open = new Map<string, number[]>();
  for (const { index, pid, tid, atNs, durNs } of slices) {
    const key = `${pid}/${tid}`;
    const ends = open.get(key) ?? [];
    open.set(key, ends);
    while (ends.length > 0 && (ends.at(-1) ?? 0) <= atNs) ends.pop();
    const outer = ends.at(-1);
    if (outer !== undefined && atNs + durNs > outer) {
      report(index, "overlaps a slice of its line without lying inside it");
    }
    ends.push(atNs + durNs);
  }
}

/** What begins ends, once, with the same cat, id and name, and not before it began. */
function checkSpans(events: readonly Checked[], report: Report): void {
  const open = new Map<string, Checked>();
  for (const event of events) {
    const { index, ph, atNs, fields } = event;
    if (ph !== "b" && ph !== "e") continue;
    const key = keyOf(fields);
    const begun = open.get(key);
    if (ph === "b") {
      if (begun !== undefined) report(index, "begins what is open: same cat, id and name");
      open.set(key, event);
      continue;
    }
    open.delete(key);
    if (begun === undefined)
      report(index, "ends what has not begun: no b with its cat, id and name");
    else if (begun.atNs > atNs) report(index, "ends before it begins");
  }
  for (const { index } of open.values()) report(index, "begins and never ends");
}

/** An arrow has one start and one end, runs forward in time and touches slices only. */
function checkFlows(events: readonly Checked[], slices: readonly Checked[], report: Report): void {
  const flows = new Map<string, Checked[]>();
  const isCovered = coverage(slices);
  for (const event of events) {
    if (event.ph !== "s" && event.ph !== "t" && event.ph !== "f") continue;
    const points = flows.get(keyOf(event.fields)) ?? [];
    flows.set(keyOf(event.fields), points);
    points.push(event);
    if (!isCovered(event)) report(event.index, "a flow's point lies in no slice of its line");
  }
  for (const points of flows.values()) {
    const [first] = points;
    const last = points.at(-1);
    if (first === undefined || last === undefined) continue;
    const starts = points.filter(({ ph }) => ph === "s").length;
    const ends = points.filter(({ ph }) => ph === "f").length;
    if (starts !== 1 || ends !== 1) {
      report(first.index, `a flow has one s and one f, this one ${starts} and ${ends}`);
    } else if (first.ph !== "s" || last.ph !== "f") {
      report(first.index, "a flow begins with s and ends with f");
    }
    for (const [index, { atNs }] of points.entries()) {
      if (index > 0 && atNs < (points[index - 1]?.atNs ?? 0)) {
        report(points[index]?.index ?? -1, "a flow runs back in time");
      }
    }
  }
}

/** Tells whether a moment of a line lies in one of its slices, ends included. */
function coverage(slices: readonly Checked[]): (point: Checked) => boolean {
  // By line, in the order of their starts: where each starts, and how far it and those before reach.
  const lines = new Map<string, { startNs: number; reachNs: number }[]>();
  for (const { pid, tid, atNs: startNs, durNs } of slices) {
    const line = lines.get(`${pid}/${tid}`) ?? [];
    lines.set(`${pid}/${tid}`, line);
    const reachNs = Math.max(line.at(-1)?.reachNs ?? 0, startNs + durNs);
    line.push({ startNs, reachNs });
  }
  return ({ pid, tid, atNs }) => {
    const line = lines.get(`${pid}/${tid}`) ?? [];
    let [low, high] = [0, line.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((line[middle]?.startNs ?? 0) <= atNs) low = middle + 1;
      else high = middle;
    }
    return (line[low - 1]?.reachNs ?? -1) >= atNs;
  };
}

function outerFirst(a: Checked, b: Checked): number {
  return a.atNs - b.atNs || b.durNs - a.durNs || a.index - b.index;
}

function keyOf(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([fields["cat"], fields["id"], fields["name"]]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isMicroseconds(value: unknown): boolean {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return false;
  return Math.round(value * 1_000) / 1_000 === value;
}

function isId(value: unknown): boolean {
  return typeof value === "number" ? Number.isSafeInteger(value) : ID.test(String(value));
}
