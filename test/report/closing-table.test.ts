import { expect, test } from "vitest";
import { closingTable } from "../../src/report/closing-table.ts";
import type { RunReport } from "../../src/report/run-report.ts";
import { plain } from "../../src/report/style.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";

const clean: RunReport = {
  scenario: "counter",
  seed: 7,
  runHash: "0123456789abcdef",
  virtualTimeNs: seconds(2),
  events: 12_345,
  clients: {
    issued: 1_000,
    acknowledged: 998,
    lost: 0,
    duplicated: 0,
    latencyNs: { p50: ms(12), p99: ms(25), max: ms(121) },
  },
  checkpoints: {
    started: 13,
    committed: 12,
    aborted: 1,
    pages: 2_378,
    bytes: 1_700_000,
    pauseNs: { p50: us(310), p99: us(400), max: us(400) },
  },
  failovers: [
    {
      crashedAtNs: ms(310),
      detectedAtNs: ms(400),
      servingAtNs: ms(405),
      from: "a",
      to: "b",
      epoch: 12,
    },
  ],
  invariants: { checked: ["output-commit", "one-server"], violations: [] },
};

test("closing table: all figures of a run", () => {
  expect(closingTable(clean, plain)).toEqual([
    "requests    1,000 made, 998 acknowledged, 0 lost, 0 duplicated",
    "latency     median 12.00 ms   p99 25.00 ms   longest 121.00 ms",
    "checkpoints 13 started, 12 committed, 1 aborted; 2,378 pages, 1.6 MiB",
    "stopped     median 310.0 us   p99 400.0 us   longest 400.0 us",
    "failover    a to b, on from epoch 12, away for 95.00 ms: 90.00 ms to notice, 5.00 ms to stand in",
    "invariants  ✓ output-commit   ✓ one-server",
    "run         0123456789abcdef, 12,345 events in 2 s of virtual time",
  ]);
});

test("closing table: a run in which nothing was measured", () => {
  const nothing = { p50: null, p99: null, max: null };
  const lines = closingTable(
    { ...clean, failovers: [], clients: { ...clean.clients, latencyNs: nothing } },
    plain,
  );
  expect(lines[1]).toBe("latency     nothing measured");
  expect(lines[4]).toBe("failovers   none");
});

test("closing table: what cannot be told is not called nothing", () => {
  const clients = { ...clean.clients, lost: null, duplicated: null };
  expect(closingTable({ ...clean, clients }, plain)[0]).toBe(
    "requests    1,000 made, 998 acknowledged, nobody serves, so what is lost cannot be told",
  );
});

test.each([
  [{ crashedAtNs: null }, "away for 5.00 ms after it was noticed"],
  [{ crashedAtNs: null, detectedAtNs: null }, "serving at 405 ms"],
])("closing table: a failover of which not all is known, %j", (unknown, text) => {
  const [failover] = clean.failovers;
  if (failover === undefined) throw new Error("there is one");
  const lines = closingTable({ ...clean, failovers: [{ ...failover, ...unknown }] }, plain);
  expect(lines[4]).toBe(`failover    a to b, on from epoch 12, ${text}`);
});

test("closing table: violations are listed, the first ones in full", () => {
  const violations = Array.from({ length: 12 }, (_, index) => ({
    name: "one-server" as const,
    atNs: ms(index),
    detail: `a answers although somebody else does ${"and does ".repeat(12)}it`,
  }));
  const lines = closingTable({ ...clean, invariants: { ...clean.invariants, violations } }, plain);
  expect(lines[5]).toBe("invariants  ✓ output-commit   ✗ one-server");
  expect(lines.filter((line) => line.startsWith("✗ one-server at"))).toHaveLength(10);
  expect(lines).toContain("  and 2 more violations");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

test("closing table: many failovers and invariants are bounded and wrapped", () => {
  const [failover] = clean.failovers;
  if (failover === undefined) throw new Error("there is one");
  const checked = Array.from({ length: 15 }, (_, index) => `invariant-number-${index}`);
  const failovers = Array.from({ length: 13 }, () => ({ ...failover, from: "h".repeat(60) }));
  const lines = closingTable(
    { ...clean, failovers, invariants: { checked, violations: [] } },
    plain,
  );
  expect(lines).toContain("            and 3 more failovers");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  expect(lines.join(" ").match(/✓/g)).toHaveLength(15);
  expect(lines.filter((line) => line.startsWith("invariants"))).toHaveLength(1);
});
