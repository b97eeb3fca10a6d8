import { expect, test } from "vitest";
import { logSettings } from "../../src/lockstep/options.ts";
import { ms, seconds } from "../../src/sim/time.ts";

test("log options: defaults", () => {
  expect(logSettings({})).toEqual({
    bufferBytes: 4_194_304,
    storeBytes: 67_108_864,
    diskReads: "own",
    lagMost: seconds(1),
    lagCheck: ms(100),
    broken: {},
  });
});

test.each([
  [{ bufferBytes: 4_095 }, "bufferBytes: expected a whole number of at least 4096, got 4095"],
  [{ storeBytes: 5_000.5 }, "storeBytes: expected a whole number of at least 4096, got 5000.5"],
  [{ diskReads: "shared" as "own" }, "diskReads: expected logged or own, got shared"],
  [{ lagMost: 0 }, "lagMost: expected a whole number of at least 1, got 0"],
  [{ lagCheck: Number.NaN }, "lagCheck: expected a whole number of at least 1, got NaN"],
])("log options: %o is refused", (options, message) => {
  expect(() => logSettings(options)).toThrow(message);
});
