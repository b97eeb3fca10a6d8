import fc from "fast-check";
import { expect, test } from "vitest";
import { FAULTS_MAX } from "../../../src/verify/plan/fault.ts";
import { PLAN_CHARS_MAX, parsePlan } from "../../../src/verify/plan/parse-plan.ts";

const crash = { kind: "crash", at: { atNs: 1_000 }, host: "a" };
const cut = { kind: "partition", at: { atNs: 1_000 }, from: "a", to: "b", forNs: 1_000_000 };
const plan = (...faults: unknown[]): unknown => ({ version: 1, faults });

/** The code and the message with which a plan is refused. */
function refusal(given: unknown): { code: unknown; name: string; message: string } {
  try {
    parsePlan(given);
  } catch (error) {
    const { code, name, message } = error as { code: unknown; name: string; message: string };
    return { code, name, message };
  }
  throw new Error("expected a refusal");
}

const refused: readonly [string, unknown, string, string][] = [
  [
    "a number",
    7,
    "PLAN_FIELD",
    'plan: expected an object such as {"version": 1, "faults": []}, got 7',
  ],
  ["nothing", undefined, "PLAN_FIELD", "got nothing"],
  ["a list", [crash], "PLAN_FIELD", "plan: expected an object such as"],
  ["no version", { faults: [] }, "PLAN_FIELD", "version: expected 1, got nothing"],
  ["another version", { version: 2, faults: [] }, "PLAN_VERSION", "version: expected 1, got 2"],
  ["no faults", { version: 1 }, "PLAN_FIELD", "faults: expected an array of faults, got nothing"],
  [
    "an unknown field",
    { version: 1, faults: [], seed: 7 },
    "PLAN_FIELD",
    "seed: expected no such field (a plan has version, faults), got 7",
  ],
  [
    "a fault that is none",
    plan("crash"),
    "PLAN_FIELD",
    'faults[0]: expected an object such as {"kind": "crash"',
  ],
  [
    "no kind",
    plan(crash, {}),
    "PLAN_FIELD",
    "faults[1].kind: expected one of crash, restart, pause, slow, clock, cable, partition, loss, delay, duplicate, reorder, corrupt, bandwidth, got nothing",
  ],
  ["an unknown kind", plan({ ...crash, kind: "explode" }), "PLAN_KIND", 'got "explode"'],
  ["a kind of every object", plan({ ...crash, kind: "toString" }), "PLAN_KIND", 'got "toString"'],
  [
    "an unknown field of a fault",
    plan({ ...crash, forNs: 5 }),
    "PLAN_FIELD",
    'faults[0].forNs: expected no such field ("crash" has kind, at, host), got 5',
  ],
  [
    "no moment",
    plan({ kind: "crash", host: "a" }),
    "PLAN_FIELD",
    'faults[0].at: expected an object such as {"atNs": 5000000}',
  ],
  [
    "an empty moment",
    plan({ ...crash, at: {} }),
    "PLAN_FIELD",
    "faults[0].at: expected an object such as",
  ],
  [
    "two moments",
    plan({ ...crash, at: { atNs: 1, event: 2 } }),
    "PLAN_FIELD",
    "faults[0].at.event: expected no such field (a moment with atNs has atNs), got 2",
  ],
  [
    "a time before zero",
    plan(crash, crash, { ...crash, at: { atNs: -5 } }),
    "PLAN_VALUE",
    "faults[2].at.atNs: expected whole nanoseconds from 0 to 2^53 - 1, got -5",
  ],
  ["half a nanosecond", plan({ ...crash, at: { atNs: 0.5 } }), "PLAN_VALUE", "got 0.5"],
  [
    "a time that is no number",
    plan({ ...crash, at: { atNs: "5 ms" } }),
    "PLAN_FIELD",
    'faults[0].at.atNs: expected whole nanoseconds from 0 to 2^53 - 1, got "5 ms"',
  ],
  [
    "event 0",
    plan({ ...crash, at: { event: 0 } }),
    "PLAN_VALUE",
    "faults[0].at.event: expected the number of an event from 1 to 2^53 - 1, got 0",
  ],
  [
    "no occurrence",
    plan({ ...crash, at: { point: "commit.sent" } }),
    "PLAN_FIELD",
    "faults[0].at.occurrence: expected a number from 1 to 2^53 - 1, got nothing",
  ],
  [
    "a point without a name",
    plan({ ...crash, at: { point: "", occurrence: 1 } }),
    "PLAN_VALUE",
    'faults[0].at.point: expected the name of a point (1 to 256 characters), got ""',
  ],
  [
    "no host",
    plan({ kind: "crash", at: { atNs: 1 } }),
    "PLAN_FIELD",
    "faults[0].host: expected the name of a host (1 to 256 characters), got nothing",
  ],
  [
    "a host that is no name",
    plan({ ...crash, host: 3 }),
    "PLAN_FIELD",
    "faults[0].host: expected the name of a host (1 to 256 characters), got 3",
  ],
  [
    "a very long name",
    plan({ ...crash, host: "x".repeat(257) }),
    "PLAN_VALUE",
    "faults[0].host: expected the name",
  ],
  [
    "no duration",
    plan({ ...cut, forNs: undefined }),
    "PLAN_FIELD",
    "faults[0].forNs: expected whole nanoseconds from 1000000 to 2^53 - 1, got nothing",
  ],
  [
    "a cut that flaps",
    plan({ ...cut, forNs: 999_999 }),
    "PLAN_VALUE",
    "faults[0].forNs: expected whole nanoseconds from 1000000 to 2^53 - 1, got 999999",
  ],
  [
    "a pause that flaps",
    plan({ ...crash, kind: "pause", forNs: 99_999 }),
    "PLAN_VALUE",
    "faults[0].forNs: expected whole nanoseconds from 100000 to",
  ],
  [
    "a link with itself",
    plan({ ...cut, to: "a" }),
    "PLAN_VALUE",
    'faults[0].to: expected another host than "a", got "a"',
  ],
  [
    "a direction that is no flag",
    plan({ ...cut, oneWay: 1 }),
    "PLAN_FIELD",
    "faults[0].oneWay: expected true or false, got 1",
  ],
  [
    "probability 0",
    plan({ ...cut, kind: "loss", probability: 0 }),
    "PLAN_VALUE",
    "faults[0].probability: expected a probability above 0, at most 1, got 0",
  ],
  [
    "probability 2",
    plan({ ...cut, kind: "corrupt", probability: 2 }),
    "PLAN_VALUE",
    "at most 1, got 2",
  ],
  [
    "a probability that is no number",
    plan({ ...cut, kind: "duplicate", probability: Number.NaN }),
    "PLAN_VALUE",
    "got NaN",
  ],
  [
    "a whole processor",
    plan({ ...crash, kind: "slow", share: 1, forNs: 1e6 }),
    "PLAN_VALUE",
    "faults[0].share: expected a part of a processor from 0.001, less than 1, got 1",
  ],
  ["no processor", plan({ ...crash, kind: "slow", share: 0, forNs: 1e6 }), "PLAN_VALUE", "got 0"],
  [
    "no delay",
    plan({ ...cut, kind: "delay", extraNs: 0 }),
    "PLAN_VALUE",
    "faults[0].extraNs: expected whole nanoseconds from 1 to 60000000000, got 0",
  ],
  [
    "a long reordering",
    plan({ ...cut, kind: "reorder", probability: 1, heldNsMax: 6e10 + 1 }),
    "PLAN_VALUE",
    "faults[0].heldNsMax: expected",
  ],
  [
    "no bandwidth",
    plan({ ...cut, kind: "bandwidth", bandwidthBitsPerSecond: 0 }),
    "PLAN_VALUE",
    "faults[0].bandwidthBitsPerSecond: expected whole bits per second from 1 to 10000000000000, got 0",
  ],
  [
    "a clock that is right",
    plan({ ...crash, kind: "clock" }),
    "PLAN_FIELD",
    "faults[0]: expected stepNs, driftPpm or both in a fault of a clock, got nothing",
  ],
  [
    "a step of nothing",
    plan({ ...crash, kind: "clock", stepNs: 0 }),
    "PLAN_VALUE",
    "faults[0].stepNs: expected whole nanoseconds from -3600000000000 to 3600000000000, not 0, got 0",
  ],
  [
    "a drift too far",
    plan({ ...crash, kind: "clock", driftPpm: -500_001, forNs: 1e6 }),
    "PLAN_VALUE",
    "faults[0].driftPpm: expected whole millionths from -500000 to 1000000, not 0, got -500001",
  ],
  [
    "a drift without end",
    plan({ ...crash, kind: "clock", driftPpm: 5 }),
    "PLAN_FIELD",
    "faults[0].forNs: expected the duration of the drift, got nothing",
  ],
  [
    "a step with an end",
    plan({ ...crash, kind: "clock", stepNs: 5, forNs: 1e6 }),
    "PLAN_FIELD",
    "faults[0].forNs: expected no duration without driftPpm, because a step stays, got 1000000",
  ],
  ["a function", () => undefined, "PLAN_FIELD", "got a function"],
  ["an empty text", "", "PLAN_JSON", "plan: expected a fault plan in JSON, got empty text"],
  [
    "no JSON",
    "crash a",
    "PLAN_JSON",
    "plan: expected a fault plan in JSON, got text that is not JSON",
  ],
  ["a text that is a list", "[]", "PLAN_FIELD", "plan: expected an object"],
  [
    "a field of every object",
    '{"version":1,"faults":[],"__proto__":1}',
    "PLAN_FIELD",
    "__proto__: expected no such field",
  ],
];

test.each(refused)("plan: refuses %s, in one sentence", (_what, given, code, message) => {
  const { code: actual, name, message: sentence } = refusal(given);
  expect(sentence).toContain(message);
  expect(sentence).toMatch(/^[^\n]*: expected [^\n]*, got [^\n]*$/);
  expect(actual).toBe(code);
  expect(name).toBe(code === "PLAN_FIELD" ? "StandinTypeError" : "StandinRangeError");
});

test("plan: a text that was cut off says so, and after which fault", () => {
  const text = JSON.stringify(plan(crash, { ...cut, from: 'a"[{' }, crash));
  for (let length = 1; length < text.length; length += 1) {
    const { code, message } = refusal(text.slice(0, length));
    expect(code).toBe("PLAN_JSON");
    expect(message).toContain("got text that ends too early");
  }
  expect(refusal(text.slice(0, 30)).message).not.toContain("after");
  expect(refusal(text.slice(0, -5)).message).toContain("ends too early, after faults[1]");
  expect(refusal(`${text}}`).message).toContain("text that is not JSON");
  expect(parsePlan(`\uFEFF ${text} \n`)).toStrictEqual(parsePlan(text));
});

test("plan: its size is bounded", () => {
  const faults = Array.from({ length: FAULTS_MAX }, () => crash);
  expect(parsePlan(plan(...faults)).faults).toHaveLength(FAULTS_MAX);
  expect(refusal(plan(...faults, crash)).message).toBe("faults: expected at most 1000, got 1001");
  const text = JSON.stringify(plan(crash));
  const padded = text.padEnd(PLAN_CHARS_MAX, " ");
  expect(parsePlan(padded)).toStrictEqual(parsePlan(text));
  expect(refusal(`${padded} `)).toMatchObject({ code: "PLAN_TOO_LONG" });
});

test("plan: the value given is copied, and fields of its prototype do not count", () => {
  const given = { version: 1, faults: [{ ...crash, at: { atNs: 5 } }] };
  const read = parsePlan(given);
  given.faults.push(crash);
  expect(read.faults).toHaveLength(1);
  const inherited = Object.create({ host: "a" }) as object;
  expect(refusal(plan(Object.assign(inherited, { kind: "crash", at: { atNs: 5 } })))).toMatchObject(
    {
      code: "PLAN_FIELD",
    },
  );
});

test("plan: whatever is given is either a plan or refused as one", () => {
  const pieces = fc.oneof(
    fc.anything({ maxDepth: 3, withBigInt: true, withDate: true, withNullPrototype: true }),
    fc.record(
      {
        kind: fc.constantFrom("crash", "clock", "loss", "constructor", 5),
        at: fc.oneof(fc.record({ atNs: fc.double() }), fc.anything({ maxDepth: 1 })),
        host: fc.anything({ maxDepth: 0 }),
        from: fc.string(),
        to: fc.string(),
        forNs: fc.double(),
        probability: fc.double(),
      },
      { requiredKeys: [] },
    ),
  );
  const given = fc.oneof(
    fc.anything(),
    fc.json(),
    fc.string(),
    fc.record({ version: fc.constant(1), faults: fc.array(pieces) }),
  );
  fc.assert(
    fc.property(given, (value) => {
      try {
        expect(parsePlan(value).version).toBe(1);
      } catch (error) {
        expect((error as { code: unknown }).code).toMatch(/^PLAN_/);
        expect((error as Error).message).toMatch(/^.*: expected .*, got .*$/s);
      }
    }),
    { numRuns: 1_000 },
  );
});
