import { expect, test } from "vitest";
import { ClusterEvents } from "../../src/clusters/cluster-events.ts";
import type { ClusterReport, MachineReport } from "../../src/clusters/cluster-report.ts";
import { clusterText, worstStates } from "../../src/clusters/cluster-text.ts";
import { LINE_WIDTH_MAX } from "../../src/report/style.ts";
import { ms, seconds } from "../../src/sim/time.ts";

const SHOP: MachineReport = {
  ...{ name: "shop", guest: "kv", scheme: "checkpoint", host: "b", protected: true },
  ...{ failovers: 1, handovers: 2, downNs: ms(105), downLongestNs: ms(100) },
  ...{ aloneNs: ms(1_202), aloneLongestNs: ms(375), aloneQuietNs: ms(375) },
  ...{ requests: 1_200, acknowledged: 1_198, lost: 0, duplicated: 0 },
  changes: [
    { atNs: 0, state: "alone" },
    { atNs: ms(5), state: "whole" },
    { atNs: seconds(1), state: "down" },
    { atNs: seconds(1) + ms(100), state: "alone" },
    { atNs: seconds(1) + ms(375), state: "whole" },
  ],
};

const ARCHIVE: MachineReport = {
  ...{ ...SHOP, name: "archive", scheme: "vmware-ft", host: null, protected: false, failovers: 0 },
  ...{ downNs: seconds(1), downLongestNs: seconds(1), lost: null, duplicated: null },
  changes: [
    { atNs: 0, state: "alone" },
    { atNs: ms(1), state: "whole" },
    { atNs: seconds(3), state: "down" },
  ],
};

const REPORT: ClusterReport = {
  ...{ cluster: "test", seed: 7, runHash: "0123456789abcdef", virtualTimeNs: seconds(4) },
  ...{ events: 12_345, hosts: 3, hostFailures: 1, putOff: 2, leftOut: 0 },
  ...{ machines: [SHOP, ARCHIVE], checked: ["one-server", "output-commit"] },
  ...{ violations: [], late: [], availability: null },
};

function eventsOf(hosts: readonly string[], most: number): ClusterEvents {
  const events = new ClusterEvents(most);
  for (const [index, host] of hosts.entries()) {
    events.record(ms(1_000 * (index + 1)), index, { kind: "host.crashed", host });
  }
  return events;
}

test("cluster text: a small run", () => {
  const availability = {
    ...{ years: 1_000, hostFailures: 16.04 },
    machines: [
      { name: "shop", failovers: 4.06, downMs: { mean: 411, half: 13.4 }, lostMs: 2, nines: 7 },
      { name: "archive", failovers: 0, downMs: { mean: 0, half: 0 }, lostMs: 0, nines: null },
    ],
  };
  const text = clusterText({ ...REPORT, availability }, eventsOf(["a", "b", "c"], 2));
  expect(text).toBe(`\
test, seed 7, 4 s: 3 hosts, 2 machines

    1,000.000 ms  ✗ a loses power
    2,000.000 ms  ✗ b loses power
                  … and 1 more event

shop     ▒███████████████··▒▒▒▒██████████████████████████████████████████
archive  ▒███████████████████████████████████████████████················
         0                                                            4 s
         █ two copies   ▒ one copy   · nobody serves

machine  scheme      on        fail  move       down    longest  one copy    longest  answered  lost
shop     checkpoint  b            1     2  105.00 ms  100.00 ms   1.202 s  375.00 ms     1,198     0
archive  vmware-ft   nobody !     0     2    1.000 s    1.000 s   1.202 s  375.00 ms     1,198     ?

Availability, from 1,000 years, 16.0 failures of hosts in each
a year   failovers     down   ± 95 %  by losing both  nines
shop           4.1  0.411 s  0.013 s         0.002 s      7
archive        0.0  0.000 s  0.000 s         0.000 s      ?

hosts       1 failure drawn, 2 put off for a last copy
failovers   1, and 4 handovers
requests    2,400 made, 2,396 acknowledged, 0 lost, 0 duplicated
            nobody serves 1 machine: not looked into
invariants  ✓ all 2 hold
run         0123456789abcdef, 12,345 events in 4 s of virtual time
`);
});

test("cluster text: without events, years, or anything to complain of, none of it is there", () => {
  const text = clusterText({ ...REPORT, machines: [SHOP] }, eventsOf([], 9));
  expect(text).not.toMatch(/loses power|event\b|Availability|late|nobody serves \d|left out|✗/);
  expect(text).toMatch(/^test, seed 7, 4 s: 3 hosts, 1 machine\n\nshop /);
  expect(clusterText({ ...REPORT, machines: [SHOP] }, undefined)).toBe(text);
  expect(clusterText(REPORT, eventsOf(["a", "b"], 0))).toMatch(/\n\n {18}… 2 events\n\n/);
});

test("cluster text: what went wrong is shown", () => {
  const violations = Array.from({ length: 7 }, (_, index) => ({
    ...{ name: "one-server" as const, atNs: ms(index) },
    detail: `both of them ${"and so on ".repeat(20)}`,
  }));
  const wrong = { ...SHOP, lost: 3, duplicated: 2 };
  const report = { ...REPORT, machines: [wrong], violations, late: ["shop"], leftOut: 2 };
  const text = clusterText(report, undefined);
  expect(text).toMatch(/^shop .* 5$/m);
  expect(text).toContain("3 lost, 2 duplicated\n");
  expect(text).toContain("late        without a second copy for too long: shop\n");
  expect(text).toContain(
    "invariants  ✗ 7 violations\n✗ one-server at 0 ns: both of them and so on",
  );
  expect(text.match(/^✗ one-server at /gm)).toHaveLength(5);
  expect(text).toContain("            2 operations left out: after the end\n");
});

test("cluster text: no line is too wide, whatever names are like", () => {
  const long = "x".repeat(64);
  const machines = Array.from({ length: 9 }, (_, index) => ({
    ...{ ...SHOP, name: `${long}${index}`, host: long, scheme: "quasi-lockstep", protected: false },
    ...{ downNs: ms(812), downLongestNs: ms(999), aloneNs: ms(812), aloneLongestNs: ms(812) },
  }));
  const report = {
    ...{ ...REPORT, cluster: long, seed: Number.MAX_SAFE_INTEGER, machines },
    late: machines.map(({ name }) => name),
  };
  const text = clusterText(report, eventsOf([`${long}${long}`], 9));
  const wide = text.split("\n").filter((line) => line.length > LINE_WIDTH_MAX);
  expect(wide).toEqual([]);
  expect(text).toMatch(/^x{9}… {2}quasi… {2}xxxxx… ! /m);
});

test("cluster text: styles take no room", () => {
  const report = { ...REPORT, late: ["shop"], leftOut: 1 };
  const marked = clusterText(report, eventsOf(["a"], 9), (tone, text) => `<${tone}>${text}</>`);
  expect(marked).toContain("<bad>");
  expect(marked).toContain("<good>█</>");
  expect(marked.replace(/<[a-z/]+>/g, "")).toBe(clusterText(report, eventsOf(["a"], 9)));
});

test("worst states: each column shows the worst that was in it; before the first there was nothing", () => {
  const changes = [
    { atNs: 0, state: "whole" },
    { atNs: 25, state: "down" },
    { atNs: 26, state: "alone" },
    { atNs: 40, state: "whole" },
  ] as const;
  expect(worstStates(changes, 100, 10)).toEqual([
    ...["whole", "whole", "down", "alone", "whole"],
    ...["whole", "whole", "whole", "whole", "whole"],
  ]);
  expect(worstStates([], 100, 2)).toEqual(["alone", "alone"]);
  expect(worstStates([{ atNs: 0, state: "down" }], 7, 3)).toEqual(["down", "down", "down"]);
});
