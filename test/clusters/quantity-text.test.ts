import { expect, test } from "vitest";
import { longTimeOf, rateOf, show, sizeOf, timeOf } from "../../src/clusters/quantity-text.ts";

const ANY = { leastNs: 0, mostNs: Number.MAX_SAFE_INTEGER };
const LONG = { leastMs: 0, mostMs: Number.MAX_SAFE_INTEGER, words: "anything" };

test.each([
  ["0ns", 0],
  ["300ns", 300],
  ["250us", 250_000],
  ["25 ms", 25_000_000],
  ["1.5s", 1_500_000_000],
  ["0.000000001s", 1],
  ["10m", 600_000_000_000],
  ["1h", 3_600_000_000_000],
  ["90d", 7_776_000_000_000_000],
])("quantity text: %s is a time", (text, ns) => {
  expect(timeOf("at", text, ANY)).toBe(ns);
});

test.each([
  [() => sizeOf("memory", "512B"), 512],
  [() => sizeOf("memory", "0.5KiB"), 512],
  [() => sizeOf("memory", "64MiB"), 67_108_864],
  [() => sizeOf("memory", "3GiB"), 3_221_225_472],
  [() => sizeOf("memory", "1TiB"), 1_099_511_627_776],
  [() => rateOf("bandwidth", "64kbit/s"), 64_000],
  [() => rateOf("bandwidth", "100Mbit/s"), 100_000_000],
  [() => rateOf("bandwidth", "2.5Gbit/s"), 2_500_000_000],
  [() => longTimeOf("repair", "250ms", LONG), 250],
  [() => longTimeOf("repair", "30s", LONG), 30_000],
  [() => longTimeOf("repair", "5m", LONG), 300_000],
  [() => longTimeOf("repair", "4h", LONG), 14_400_000],
  [() => longTimeOf("repair", "90d", LONG), 7_776_000_000],
  [() => longTimeOf("repair", "3y", LONG), 94_608_000_000],
])("quantity text: sizes, rates and long times are exact (%#)", (read, value) => {
  expect(read()).toBe(value);
});

test.each([
  "",
  "5",
  "s",
  "5 sec",
  "-5s",
  "5e3s",
  "1,5s",
  ".5s",
  "5S",
  "5s ",
  "0x5s",
  "1y",
  "1234567890123456s",
  5,
  null,
  undefined,
  [],
  {},
  true,
])("quantity text: %j is no time", (given) => {
  expect(() => timeOf("cluster.until", given, ANY)).toThrow(
    expect.objectContaining({
      code: "CLUSTER_FIELD",
      message: `cluster.until: expected a time such as 250us, 25ms, 1.5s, 10m or 1h, got ${show(given)}`,
    }),
  );
});

test("quantity text: out of bounds, and finer than there is, are refused with what was expected", () => {
  const bounds = { leastNs: 10, mostNs: 20 };
  expect([timeOf("at", "10ns", bounds), timeOf("at", "20ns", bounds)]).toEqual([10, 20]);
  const refused: readonly [() => unknown, string][] = [
    [() => timeOf("at", "9ns", bounds), 'at: expected from 10 ns to 20 ns, got "9ns"'],
    [() => timeOf("at", "21ns", bounds), 'at: expected from 10 ns to 20 ns, got "21ns"'],
    [() => timeOf("at", "0.5ns", ANY), 'at: expected a whole number of ns, got "0.5ns"'],
    [() => sizeOf("memory", "1.3B"), 'memory: expected a whole number of B, got "1.3B"'],
    [() => sizeOf("memory", "9000TiB"), 'memory: expected less than 2^53, got "9000TiB"'],
    [
      () => longTimeOf("repair", "4h", { ...LONG, mostMs: 1 }),
      'repair: expected anything, got "4h"',
    ],
    [() => longTimeOf("repair", "4h", { ...LONG, leastMs: 14_400_001 }), "expected anything"],
  ];
  for (const [read, message] of refused) {
    expect(read).toThrow(expect.objectContaining({ code: "CLUSTER_VALUE" }));
    expect(read).toThrow(message);
  }
  expect(() => sizeOf("memory", "64MB")).toThrow("memory: expected a size such as 64MiB");
  expect(() => rateOf("bandwidth", "10Gbps")).toThrow("expected a rate such as 10Gbit/s");
  expect(() => longTimeOf("repair", "5us", LONG)).toThrow("expected a time such as 30s, 4h, 90d");
});

test("quantity text: values are shown short, however deep or long they are", () => {
  const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as unknown;
  expect(show(deep)).toBe("a list");
  expect(show({ a: deep })).toBe("an object");
  expect(show("x".repeat(1_000))).toBe(`"${"x".repeat(58)}…`);
  expect([undefined, null, 1, true, "a", JSON.parse("1e999")].map(show)).toEqual([
    ...["nothing", "null", "1", "true", '"a"', "Infinity"],
  ]);
});
