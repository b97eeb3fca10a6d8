import { expect, test } from "vitest";
import { checkpointSettings } from "../../src/checkpoint/options.ts";
import { atCommit } from "../../src/checkpoint/release/at-commit.ts";
import { groups } from "../../src/checkpoint/transfer/transfer.ts";
import { dirtyPages } from "../../src/checkpoint/trigger/dirty-pages.ts";
import { encodePacket } from "../../src/guest/packet.ts";
import { ms } from "../../src/sim/time.ts";

test("checkpoint options: defaults are those that are documented", () => {
  const { trigger, encode, capture, bringUp, apply, release, quiesce, ...rest } =
    checkpointSettings({});
  expect([trigger.name, encode.name, capture.name, bringUp.name, apply.name]).toEqual([
    "every 25 ms",
    "whole",
    "stop and copy",
    "pre-copy of at most 8 rounds, stop at 64 pages",
    "after arrival",
  ]);
  expect([release.name, quiesce.name]).toEqual(["at commit", "none"]);
  expect(rest).toEqual({
    interval: ms(25),
    track: "slat+shadow",
    scanWorkers: 1,
    transfer: groups(),
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
  [{ resends: -1 }, "resends: expected a whole number of at least 0, got -1"],
])("checkpoint options: %o is refused", (options, message) => {
  expect(() => checkpointSettings(options)).toThrow(message);
  expect(() => checkpointSettings(options)).toThrow(
    expect.objectContaining({ code: "CHECKPOINT_OPTION" }),
  );
});

test("checkpoint options: a release is kept, and broken if that is asked for", () => {
  const release = atCommit({ mostDelayNs: ms(3) });
  expect(checkpointSettings({ release }).release).toBe(release);
  const packet = encodePacket({ client: 1, number: 1, payload: new Uint8Array(0) });
  const { release: sound } = checkpointSettings({ broken: { tornApply: true } });
  expect(sound.classify(packet)).toBe("hold");
  const { release: broken } = checkpointSettings({ release, broken: { bypassReplies: true } });
  expect(broken.classify(packet)).toBe("bypass");
});

test("checkpoint options: workers that share a scan need one to share", () => {
  expect(() => checkpointSettings({ scanWorkers: 2, track: "shadow" })).toThrow(
    "scanWorkers: expected the tracker slat, whose scan can be shared, got shadow",
  );
  expect(() => checkpointSettings({ scanWorkers: 0 })).toThrow("scanWorkers: expected");
  expect(checkpointSettings({ scanWorkers: 2, track: "slat" }).scanWorkers).toBe(2);
});

test("checkpoint options: a trigger that counts pages needs a tracker that counts them", () => {
  const trigger = dirtyPages({ pages: 100 });
  expect(() => checkpointSettings({ trigger, track: "slat" })).toThrow(
    'trigger "at 96 dirty pages, 1 ms to 1 s" needs a tracker that counts pages as they are written (dirty-ring, write-protection), and "slat" finds them only when it looks',
  );
  expect(checkpointSettings({ trigger, track: "dirty-ring" }).trigger).toBe(trigger);
});
