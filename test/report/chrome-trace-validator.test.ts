import { expect, test } from "vitest";
import { validateChromeTrace } from "../../src/report/chrome-trace-validator.ts";

type Event = Record<string, unknown>;

const names: Event[] = [
  { ph: "M", name: "process_name", pid: 1, tid: 1, args: { name: "host a" } },
  { ph: "M", name: "process_sort_index", pid: 1, tid: 1, args: { sort_index: 1 } },
  { ph: "M", name: "thread_name", pid: 1, tid: 1, args: { name: "processor" } },
  { ph: "M", name: "thread_name", pid: 1, tid: 2, args: { name: "replication" } },
];
const at = (ts: number, event: Event): Event => ({
  name: "x",
  cat: "c",
  pid: 1,
  tid: 1,
  ts,
  ...event,
});
const slice = (ts: number, dur: number, event: Event = {}): Event =>
  at(ts, { ph: "X", dur, ...event });
const begin = (ts: number, event: Event = {}): Event => at(ts, { ph: "b", id: "0x1", ...event });
const end = (ts: number, event: Event = {}): Event => at(ts, { ph: "e", id: "0x1", ...event });
const flow = (ph: string, ts: number, event: Event = {}): Event => {
  return at(ts, { ph, id: 7, ...(ph === "f" ? { bp: "e" } : {}), ...event });
};

/** The problems of the names above followed by these events, without the places of the names. */
function problems(...events: unknown[]): [number, string][] {
  return validateChromeTrace({ traceEvents: [...names, ...events] }).map(({ index, problem }) => {
    return [index - names.length, problem];
  });
}

test("chrome trace validator: a trace with an event of each kind is right", () => {
  const events = [
    slice(1, 10),
    slice(1, 4, { name: "inner" }),
    slice(5, 6, { name: "inner" }),
    slice(11.25, 0),
    begin(2),
    begin(3, { id: "0x2" }),
    end(9, { id: "0x2" }),
    end(10.001),
    at(3, { ph: "C", args: { packets: 4 } }),
    at(3, { ph: "i", s: "g" }),
    slice(2, 8, { tid: 2 }),
    flow("s", 5),
    flow("t", 6, { tid: 2 }),
    flow("f", 7),
  ];
  expect(problems(...events)).toEqual([]);
  expect(validateChromeTrace([...names, ...events])).toEqual([]);
  expect(validateChromeTrace({ traceEvents: [] })).toEqual([]);
});

test.each([undefined, null, 3, "[]", {}, { traceEvents: {} }])(
  "chrome trace validator: %j is no trace",
  (trace) => {
    expect(validateChromeTrace(trace)).toEqual([
      { index: -1, problem: "expected an array of events, or an object with traceEvents" },
    ]);
  },
);

test.each<[string, unknown, RegExp]>([
  ["no object", 5, /^expected an object/],
  ["no object", [], /^expected an object/],
  ["an unknown kind", at(1, { ph: "B" }), /^ph: expected one of/],
  ["no kind", at(1, {}), /^ph: expected one of/],
  ["pid 0", slice(1, 1, { pid: 0 }), /^pid: expected a whole number from 1/],
  ["a pid that is a text", slice(1, 1, { pid: "1" }), /^pid: /],
  ["a broken tid", slice(1, 1, { tid: 1.5 }), /^tid: expected a whole number from 1/],
  ["no name", slice(1, 1, { name: "" }), /^name: expected a text/],
  ["args that are a list", slice(1, 1, { args: [] }), /^args: expected an object/],
  ["an unknown thing named", { ...names[0], name: "process_labels" }, /^name: expected one of/],
  ["a name that is none", { ...names[0], args: { name: "" } }, /^args: expected a name/],
  [
    "a place that is none",
    { ...names[1], args: { sort_index: "1" } },
    /^args: expected a whole sort/,
  ],
  ["no time", slice(1, 1, { ts: undefined }), /^ts: expected microseconds/],
  ["a time before 0", slice(-1, 1), /^ts: expected microseconds/],
  ["a time finer than a nanosecond", slice(1.0005, 1), /^ts: expected microseconds/],
  ["a time that is a text", slice(1, 1, { ts: "1" }), /^ts: expected microseconds/],
  ["no category", slice(1, 1, { cat: undefined }), /^cat: expected a text/],
  ["a slice without length", slice(1, 1, { dur: undefined }), /^dur: expected microseconds/],
  ["a slice of negative length", slice(1, -1), /^dur: expected microseconds/],
  ["an instant without scope", at(1, { ph: "i" }), /^s: expected g, p or t/],
  ["a counter without values", at(1, { ph: "C", args: {} }), /^args: expected at least one number/],
  [
    "a counter of texts",
    at(1, { ph: "C", args: { a: "1" } }),
    /^args: expected at least one number/,
  ],
  ["a span without id", begin(1, { id: undefined }), /^id: expected a number/],
  ["an id that is a word", begin(1, { id: "epoch" }), /^id: expected a number/],
  ["a flow that ends in no slice", flow("f", 1, { bp: undefined }), /^bp: expected "e"/],
])("chrome trace validator: an event with %s", (_what, event, problem) => {
  const found = problems(slice(0, 1), event);
  expect(found).toHaveLength(1);
  expect(found[0]?.[0]).toBe(1);
  expect(found[0]?.[1]).toMatch(problem);
});

test("chrome trace validator: every process and line has a name, once", () => {
  expect(problems(slice(1, 1, { pid: 2 }), slice(3, 1, { pid: 2 }))).toEqual([
    [0, "process_name 2 is missing"],
    [0, "thread_name 2/1 is missing"],
  ]);
  expect(problems(slice(1, 1, { tid: 3 }))).toEqual([[0, "thread_name 1/3 is missing"]]);
  expect(problems(names[0])).toEqual([[0, "process_name 1 is given twice"]]);
  expect(problems(names[2])).toEqual([[0, "thread_name 1/1 is given twice"]]);
});

test("chrome trace validator: slices of one line nest", () => {
  const across = [[1, "overlaps a slice of its line without lying inside it"]];
  expect(problems(slice(1, 10), slice(5, 10))).toEqual(across);
  expect(problems(slice(1, 10), slice(5, 10, { tid: 2 }))).toEqual([]);
  expect(problems(slice(1, 10), slice(11, 10))).toEqual([]);
  // The order in the file does not matter.
  expect(problems(slice(2, 3), slice(1, 10))).toEqual([]);
  expect(problems(slice(1, 10), slice(2, 3), slice(4, 3))).toEqual([
    [2, "overlaps a slice of its line without lying inside it"],
  ]);
});

test("chrome trace validator: spans that begin end, once, afterwards, as what they began", () => {
  expect(problems(begin(1))).toEqual([[0, "begins and never ends"]]);
  expect(problems(end(1))).toEqual([
    [0, "ends what has not begun: no b with its cat, id and name"],
  ]);
  expect(problems(begin(2), end(1))).toEqual([[1, "ends before it begins"]]);
  expect(problems(begin(1), begin(2), end(3))).toEqual([
    [1, "begins what is open: same cat, id and name"],
  ]);
  for (const other of [{ cat: "d" }, { id: "0x2" }, { name: "y" }]) {
    expect(problems(begin(1), end(2, other)).map(([index]) => index)).toEqual([0, 1]);
  }
});

test("chrome trace validator: flows have two ends, in slices, forward in time", () => {
  const around = slice(0, 100);
  expect(problems(around, flow("s", 1))).toEqual([
    [1, "a flow has one s and one f, this one 1 and 0"],
  ]);
  expect(problems(around, flow("s", 1), flow("s", 2), flow("f", 3))).toEqual([
    [1, "a flow has one s and one f, this one 2 and 1"],
  ]);
  expect(problems(around, flow("f", 1), flow("s", 1))).toEqual([
    [1, "a flow begins with s and ends with f"],
  ]);
  expect(problems(around, flow("s", 5), flow("f", 3))).toEqual([[2, "a flow runs back in time"]]);
  const outside = [[1, "a flow's point lies in no slice of its line"]];
  expect(problems(around, flow("s", 101), flow("f", 102))).toEqual([
    ...outside,
    [2, "a flow's point lies in no slice of its line"],
  ]);
  expect(problems(around, flow("s", 1, { tid: 2 }), flow("f", 2))).toEqual(outside);
  // A short slice inside a long one does not hide it.
  expect(problems(around, slice(1, 1), flow("s", 50), flow("f", 60))).toEqual([]);
});
