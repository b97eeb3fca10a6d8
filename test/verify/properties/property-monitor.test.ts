// covers src/verify/properties/property.ts
import { expect, test } from "vitest";
import { always, eventually, sometimes } from "../../../src/verify/properties/property.ts";
import { PropertyMonitor } from "../../../src/verify/properties/property-monitor.ts";

const crashed = (host: string) => ({ kind: "host.crashed", host });
const restarted = (host: string) => ({ kind: "host.restarted", host });

const comesBack = eventually("comes back", 100, {
  begins: (record) => (record.kind === "host.crashed" ? record.host : undefined),
  ends: (record) => (record.kind === "host.restarted" ? [record.host] : []),
});

test("properties: always fails at each record that breaks it, with its time", () => {
  const never = always("no crash", (record, atNs) =>
    record.kind === "host.crashed" ? `${record.host} at ${atNs}` : undefined,
  );
  const monitor = new PropertyMonitor([never]);
  monitor.record(5, 1, restarted("a"));
  expect(monitor.failures).toEqual([]);
  monitor.record(7, 2, crashed("a"));
  expect(monitor.failures).toEqual([{ name: "no crash", atNs: 7, detail: "a at 7" }]);
});

test("properties: eventually holds when the end comes in time, for each key of its own", () => {
  const monitor = new PropertyMonitor([comesBack]);
  monitor.record(0, 1, crashed("a"));
  monitor.record(50, 2, crashed("b"));
  monitor.record(100, 3, restarted("a"));
  monitor.record(150, 4, restarted("b"));
  monitor.end(1_000);
  expect(monitor.failures).toEqual([]);
});

test("properties: eventually fails when its time is over, noticed late or at the end", () => {
  const late = new PropertyMonitor([comesBack]);
  late.record(10, 1, crashed("a"));
  late.record(111, 2, restarted("a"));
  expect(late.failures).toMatchObject([{ name: "comes back", atNs: 110 }]);
  const never = new PropertyMonitor([comesBack]);
  never.record(10, 1, crashed("a"));
  never.end(110);
  expect(never.failures).toEqual([]);
  never.end(111);
  expect(never.failures).toHaveLength(1);
});

test("properties: a wait that has begun is not begun again by a second record", () => {
  const monitor = new PropertyMonitor([comesBack]);
  monitor.record(0, 1, crashed("a"));
  monitor.record(90, 2, crashed("a"));
  monitor.record(120, 3, restarted("a"));
  expect(monitor.failures).toHaveLength(1);
});

test("properties: sometimes tells whether it happened", () => {
  const monitor = new PropertyMonitor([
    sometimes("a crash", ({ kind }) => kind === "host.crashed"),
    sometimes("a restart", ({ kind }) => kind === "host.restarted"),
  ]);
  monitor.record(0, 1, crashed("a"));
  expect([...monitor.happened]).toEqual(["a crash"]);
  expect(monitor.failures).toEqual([]);
});

test("properties: an observer's state belongs to one run", () => {
  let made = 0;
  const counting = {
    type: "always",
    name: "counting",
    observer() {
      made += 1;
      return () => undefined;
    },
  } as const;
  const monitors = [new PropertyMonitor([counting]), new PropertyMonitor([counting])];
  expect([monitors.length, made]).toEqual([2, 2]);
});
