import { expect, test } from "vitest";
import { InvariantMonitor } from "../../src/verify/invariant-monitor.ts";

const released = (epoch: number) => ({
  kind: "output.released",
  machine: "m",
  host: "a",
  term: 1,
  epoch,
  bytes: 9,
  protected: true,
});

test("invariant monitor: names everything that it checks", () => {
  expect(new InvariantMonitor().checked).toEqual([
    "output-commit",
    "one-server",
    "one-writer",
    "memory-identity",
    "replay-identity",
    "one-transcript",
    "input-kept",
    "placed-apart",
    "profile-kept",
    "protection-start",
    "nothing-lost",
    "executed-once",
  ]);
});

test("invariant monitor: notes what an invariant reports, with its name and time", () => {
  const monitor = new InvariantMonitor();
  monitor.record(5, 0, { kind: "a user's own record" });
  expect(monitor.violations).toEqual([]);
  monitor.record(17, 1, released(2));
  expect(monitor.violations).toMatchObject([{ name: "output-commit", atNs: 17 }]);
});

test("invariant monitor: a ledger that does not balance is noted once", () => {
  const monitor = new InvariantMonitor();
  monitor.compared(3, "client 1", { lost: [], duplicated: [] });
  expect(monitor.violations).toEqual([]);
  const lost = Array.from({ length: 12 }, (_, number) => number + 1);
  monitor.compared(4, "client 1", { lost, duplicated: [9] });
  monitor.compared(5, "client 1", { lost, duplicated: [9] });
  expect(monitor.violations).toEqual([
    {
      name: "nothing-lost",
      atNs: 4,
      detail:
        "client 1: acknowledged and not in the machine: 12 requests (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, and 2 more)",
    },
    { name: "executed-once", atNs: 4, detail: "client 1: executed more than once: 1 requests (9)" },
  ]);
});

test("invariant monitor: keeps the first violations when there are very many", () => {
  const monitor = new InvariantMonitor();
  for (let at = 0; at < 2_000; at += 1) monitor.record(at, at, released(at + 1));
  expect(monitor.violations).toHaveLength(1_000);
  expect(monitor.violations[0]?.atNs).toBe(0);
});
