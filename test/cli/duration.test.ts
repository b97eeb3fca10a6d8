import fc from "fast-check";
import { expect, test } from "vitest";
import { DURATION_MAX_NS, parseDuration } from "../../src/cli/duration.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { minutes, ms, seconds, us } from "../../src/sim/time.ts";

test.each([
  ["300ns", 300],
  ["250us", us(250)],
  ["250µs", us(250)],
  ["25ms", ms(25)],
  ["2s", seconds(2)],
  ["1.5s", ms(1_500)],
  ["0.000000001s", 1],
  ["1m", minutes(1)],
  ["60m", DURATION_MAX_NS],
  ["0ms", 0],
  ["1.10ms", us(1_100)],
  ["0.3ms", us(300)],
])("duration: %s", (text, durationNs) => {
  expect(parseDuration("--until", text)).toBe(durationNs);
});

test.each([
  "",
  "2",
  "ms",
  "-1ms",
  "+1ms",
  "1 ms",
  "1e3ms",
  "1.ms",
  ".5s",
  "1h",
  "1,5s",
  "0x1ms",
  "∞s",
])("duration: %j is none", (text) => {
  const wanted = "--until: expected a duration such as 250us, 25ms, 1.5s or 1m";
  expect(() => parseDuration("--until", text)).toThrow(new UsageError(`${wanted}, got "${text}"`));
});

test("duration: nothing is rounded", () => {
  expect(() => parseDuration("--pause", "1.5ns")).toThrow(
    new UsageError('--pause: expected a whole number of nanoseconds, got "1.5ns"'),
  );
});

test("duration: bounds belong to what is allowed", () => {
  const bounds = { leastNs: us(10), mostNs: seconds(60) };
  expect(parseDuration("--interval", "10us", bounds)).toBe(us(10));
  expect(parseDuration("--interval", "60s", bounds)).toBe(seconds(60));
  for (const text of ["9.999us", "60.1s", "999999999999999m"]) {
    expect(() => parseDuration("--interval", text, bounds)).toThrow(
      new UsageError(`--interval: expected a duration from 10 us to 60 s, got "${text}"`),
    );
  }
});

test("duration: any whole number of any unit is read exactly", () => {
  const units = { ns: 1, us: 1_000, ms: 1_000_000, s: 1_000_000_000 } as const;
  const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
  fc.assert(
    fc.property(fc.nat(3_599), fc.nat(999), unit, (whole, thousandths, name) => {
      const text = `${whole}.${String(thousandths).padStart(3, "0")}${name}`;
      if (name === "ns" && thousandths > 0) {
        expect(() => parseDuration("--until", text)).toThrow(UsageError);
      } else {
        const durationNs = whole * units[name] + (thousandths * units[name]) / 1_000;
        expect(parseDuration("--until", text)).toBe(durationNs);
      }
    }),
  );
});
