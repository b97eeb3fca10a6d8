import { expect, test } from "vitest";
import {
  type DetectionOptions,
  detectionSettings,
  pathNames,
} from "../../../src/cluster/detection/detection-options.ts";
import { ms } from "../../../src/sim/time.ts";

test("detection: by default heartbeats go over the link alone, and nothing else counts", () => {
  expect(detectionSettings()).toEqual({
    heartbeat: ms(10),
    timeout: ms(100),
    paths: ["link"],
    trafficCounts: false,
    replicationTimeout: 0,
  });
});

test("detection: what is given is kept", () => {
  const given = {
    ...{ heartbeat: ms(1), timeout: ms(5), paths: pathNames },
    ...{ trafficCounts: true, replicationTimeout: ms(30) },
  };
  expect(detectionSettings(given)).toEqual(given);
});

test.each([
  [{ paths: [] }, "DETECTION_PATH", "paths: expected some of link, switch, each once, got none"],
  [{ paths: ["link", "link"] }, "DETECTION_PATH", 'got "link", "link"'],
  [{ paths: ["radio"] }, "DETECTION_PATH", 'got "radio"'],
  [{ replicationTimeout: -1 }, "DETECTION_OPTION", "from 0 to an hour, got -1"],
  [{ replicationTimeout: 1.5 }, "DETECTION_OPTION", "got 1.5"],
  [{ replicationTimeout: 3_600_000_000_001 }, "DETECTION_OPTION", "got 3600000000001"],
])("detection: %o is refused", (options, code, message) => {
  const act = () => detectionSettings(options as DetectionOptions);
  expect(act).toThrow(expect.objectContaining({ code }));
  expect(act).toThrow(message);
});
