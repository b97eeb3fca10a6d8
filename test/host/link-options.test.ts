import { expect, test } from "vitest";
import {
  changedSettings,
  type LinkOptions,
  linkSettings,
  QUEUE_BYTES_DEFAULT,
} from "../../src/host/link-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { us } from "../../src/sim/time.ts";

test("link options: defaults come from the cable, and no faults", () => {
  expect(linkSettings({}, modern.link)).toEqual({
    latency: modern.link.latencyNs,
    bandwidth: modern.link.bandwidthBitsPerSecond,
    queueBytes: QUEUE_BYTES_DEFAULT,
    jitter: 0,
    loss: 0,
    duplication: 0,
    reordering: 0,
    reorderingDelay: us(500),
    corruption: 0,
  });
});

test("link options: changes leave the rest, and the original", () => {
  const before = linkSettings({ latency: 5, loss: 0.5 }, modern.link);
  const after = changedSettings(before, { loss: 1, jitter: 7 });
  expect(after).toEqual({ ...before, loss: 1, jitter: 7 });
  expect(before.loss).toBe(0.5);
});

test.each<LinkOptions>([
  { latency: -1 },
  { latency: 0.5 },
  { jitter: Number.NaN },
  { queueBytes: 0 },
  { reorderingDelay: 0 },
  { loss: -0.1 },
  { loss: 1.1 },
  { duplication: Number.NaN },
  { reordering: 2 },
  { corruption: -1 },
])("link options: refused are %j", (options) => {
  expect(() => linkSettings(options, modern.link)).toThrow(
    expect.objectContaining({ code: "LINK_OPTION" }),
  );
  expect(() => linkSettings(options, modern.link)).toThrow(/expected .*, got/);
});

test("link options: a bandwidth is checked", () => {
  expect(() => linkSettings({ bandwidth: 0 }, modern.link)).toThrow(
    expect.objectContaining({ code: "BANDWIDTH" }),
  );
});
