import { expect, test } from "vitest";
import { detectionSettings } from "../../../src/cluster/detection/detection-options.ts";
import { SignsOfLife } from "../../../src/cluster/detection/signs-of-life.ts";

const settings = detectionSettings({ heartbeat: 10, timeout: 100, paths: ["link", "switch"] });

function signs(changes: Partial<typeof settings> = {}, more: { onePathIsEnough?: boolean } = {}) {
  const ear = { heardAtNs: 0 };
  const options = { settings: { ...settings, ...changes }, ears: [ear], patience: 1, ...more };
  return { ear, made: new SignsOfLife(options, 0) };
}

test("signs of life: silence on one of two paths is noted, and is no reason to suspect", () => {
  const { made } = signs();
  made.heard("switch", 90);
  expect(made.silence(100)).toEqual(["link"]);
  expect(made.suspicion(100)).toBeUndefined();
  expect(made.silence(101)).toEqual([]);
  expect(made.deadlineNs(100)).toBe(190);
  expect(made.heard("link", 150)).toBe(true);
  expect(made.heard("link", 160)).toBe(false);
  expect(made.deadlineNs(160)).toBe(190);
});

test("signs of life: silence on all paths is suspicious, from the last sign on any of them", () => {
  const { made } = signs();
  made.heard("switch", 40);
  expect(made.silence(140)).toEqual(["link", "switch"]);
  expect(made.suspicion(140)).toEqual({ of: "host", sinceNs: 40 });
});

test("signs of life: messages of replication count where they are meant to, and only there", () => {
  for (const trafficCounts of [false, true]) {
    const { ear, made } = signs({ trafficCounts });
    ear.heardAtNs = 70;
    made.silence(100);
    expect(made.suspicion(100) === undefined).toBe(trafficCounts);
    if (trafficCounts) expect(made.deadlineNs(100)).toBe(170);
    made.silence(170);
    expect(made.suspicion(170)).toEqual({ of: "host", sinceNs: trafficCounts ? 70 : 0 });
  }
});

test("signs of life: replication that hangs is suspected although heartbeats come, after its own time", () => {
  const { ear, made } = signs({ replicationTimeout: 300 });
  ear.heardAtNs = 20;
  made.heard("link", 310);
  made.heard("switch", 310);
  made.silence(319);
  expect(made.suspicion(319)).toBeUndefined();
  expect(made.deadlineNs(319)).toBe(320);
  expect(made.suspicion(320)).toEqual({ of: "replication", sinceNs: 20 });
});

test("signs of life: whoever has more patience waits so many times as long", () => {
  const options = { settings: { ...settings, replicationTimeout: 300 }, ears: [], patience: 2 };
  const made = new SignsOfLife(options, 0);
  made.heard("link", 590);
  expect(made.suspicion(599)).toBeUndefined();
  expect(made.suspicion(600)).toEqual({ of: "replication", sinceNs: 0 });
});

test("signs of life: broken on purpose, one silent path is enough", () => {
  const { made } = signs({}, { onePathIsEnough: true });
  made.heard("switch", 90);
  made.silence(100);
  expect(made.suspicion(100)).toEqual({ of: "host", sinceNs: 0 });
});
