import { expect, test } from "vitest";
import { stopAndCopy } from "../../src/checkpoint/capture.ts";
import { checkpointSettings } from "../../src/checkpoint/options.ts";
import { ms } from "../../src/sim/time.ts";

test("checkpoint options: defaults are those that are documented", () => {
  const { trigger, encode, ...rest } = checkpointSettings({});
  expect([trigger.name, encode.name]).toEqual(["every 25 ms", "whole"]);
  expect(rest).toEqual({
    interval: ms(25),
    track: "slat+shadow",
    scanWorkers: 1,
    capture: stopAndCopy(),
    synchronisationPages: 64,
    synchronisationRounds: 8,
    resends: 3,
    broken: {},
  });
});

test("checkpoint options: what is given is kept", () => {
  expect(checkpointSettings({ interval: ms(5), resends: 0 })).toMatchObject({
    interval: ms(5),
    resends: 0,
  });
});

test.each([
  [{ interval: 0 }, "interval: expected a whole number of at least 1"],
  [{ interval: 0.5 }, "interval: expected a whole number of at least 1, got 0.5"],
  [{ interval: Number.NaN }, "got NaN"],
  [{ synchronisationPages: -1 }, "synchronisationPages: expected a whole number of at least 0"],
  [{ synchronisationRounds: 0 }, "synchronisationRounds: expected a whole number of at least 1"],
  [{ resends: -1 }, "resends: expected a whole number of at least 0, got -1"],
])("checkpoint options: %o is refused", (options, message) => {
  expect(() => checkpointSettings(options)).toThrow(message);
  expect(() => checkpointSettings(options)).toThrow(
    expect.objectContaining({ code: "CHECKPOINT_OPTION" }),
  );
});

test("checkpoint options: workers that share a scan need one to share", () => {
  expect(() => checkpointSettings({ scanWorkers: 2, track: "shadow" })).toThrow(
    "scanWorkers: expected the tracker slat, whose scan can be shared, got shadow",
  );
  expect(() => checkpointSettings({ scanWorkers: 0 })).toThrow("scanWorkers: expected");
  expect(checkpointSettings({ scanWorkers: 2, track: "slat" }).scanWorkers).toBe(2);
});
