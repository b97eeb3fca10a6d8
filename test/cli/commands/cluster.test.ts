import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../../../src/cli/command-line.ts";
import { recordedIo } from "../recorded-io.ts";

const EXAMPLE = fileURLToPath(
  new URL("../../../examples/clusters/maintenance.json", import.meta.url),
);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-cluster-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function standin(...args: readonly string[]) {
  const io = recordedIo({ cwd: folder });
  const code = await run(["cluster", ...args], io);
  return { code, out: io.out(), err: io.err() };
}

/** Three hosts and a counter; host a crashes after 300 ms. */
const SMALL = {
  ...{ version: 1, name: "small", until: "1s", link: { latency: "50us" } },
  hosts: [{ name: "a" }, { name: "b" }, { name: "c" }],
  machines: [{ name: "m", guest: "counter", memory: "64KiB", think: "10ms" }],
  schedule: [{ at: "300ms", do: "crash", host: "a" }],
};

const YEARS = { meanBetween: "1y", meanRepair: "4h", restore: "2h", years: 200 };

/** Runs a file with this in it. */
async function withFile(changes: object, ...args: readonly string[]) {
  writeFileSync(join(folder, "plan.json"), JSON.stringify({ ...SMALL, ...changes }));
  return standin("plan.json", ...args);
}

test("cluster: the maintenance example, its first three seconds", async () => {
  const { code, out, err } = await standin(EXAMPLE, "--until", "3s", "--events", "7");
  expect(code).toBe(0);
  // Nothing failed until then.
  expect(err).toBe(
    "availability: left out, the run had no failover, or no machine protected again, to draw from\n",
  );
  expect(out).toMatch(/^maintenance, seed 1, 3 s: 4 hosts, 4 machines\n\n/);
  expect(out).toContain("    2,000.000 ms  · b is to be left empty\n");
  expect(out).toContain("  … and 4 more events\n");
  expect(out).toMatch(/^shop {5}▒█{41}▒{7}█{15}$/m);
  expect(out).toMatch(/^archive {2}▒█{63}$/m);
  expect(out).toMatch(/^archive +vmware-ft +c +0 +0 +0 ns +0 ns +/m);
  expect(out).toMatch(/^requests +\d+ made, \d+ acknowledged, 0 lost, 0 duplicated$/m);
  expect(out).toContain("✓ all 12 hold\n");
  expect(out).toContain("            4 operations left out: after the end\n");
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("cluster: as JSON, with null for what is not there", async () => {
  const { code, out, err } = await withFile({}, "--json", "--seed", "5");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const report = JSON.parse(out) as Record<string, unknown> & {
    machines: readonly Record<string, unknown>[];
  };
  expect(report).toMatchObject({
    ...{ cluster: "small", seed: 5, virtualTimeNs: 1e9, hosts: 3, hostFailures: 0, putOff: 0 },
    ...{ leftOut: 0, violations: [], late: [], availability: null },
  });
  expect(report["runHash"]).toMatch(/^[0-9a-f]{16}$/);
  expect(Object.keys(report)).toEqual([
    ...["cluster", "seed", "runHash", "virtualTimeNs", "events", "hosts", "hostFailures"],
    ...["putOff", "leftOut", "machines", "checked", "violations", "late", "availability"],
  ]);
  expect(Object.keys(report.machines[0]!)).toEqual([
    ...["name", "guest", "scheme", "host", "protected", "failovers", "handovers", "downNs"],
    ...["downLongestNs", "aloneNs", "aloneLongestNs", "aloneQuietNs", "requests"],
    ...["acknowledged", "lost", "duplicated", "changes"],
  ]);
  expect(report.machines[0]).toMatchObject({ host: "b", failovers: 1, lost: 0, duplicated: 0 });

  const cut = await withFile({}, "--json", "--until", "350ms");
  expect(cut.code).toBe(0);
  expect(JSON.parse(cut.out)).toMatchObject({
    machines: [{ host: null, protected: false, lost: null, duplicated: null }],
  });
});

test("cluster: one seed, one run; --events 0 prints none of them", async () => {
  const { out } = await withFile({}, "--events", "0");
  expect(out).toMatch(/machine\n\n {18}… \d+ events\n\nm /);
  expect((await withFile({}, "--events", "0")).out).toBe(out);
  expect((await withFile({}, "--events", "0", "--seed", "2")).out).not.toBe(out);
  expect((await withFile({}, "--events", "100000")).out).toContain("ms  ✗ a loses power\n");
});

test("cluster: availability is estimated from what was measured, for as many years as are wanted", async () => {
  const availability = async (...args: readonly string[]) => {
    const { code, out } = await withFile({ availability: YEARS }, "--json", ...args);
    expect(code).toBe(0);
    const { availability: given } = JSON.parse(out) as {
      availability: {
        years: number;
        machines: readonly { downMs: { mean: number; half: number } }[];
      };
    };
    return { years: given.years, ...given.machines[0]!.downMs };
  };
  const [few, many] = [await availability(), await availability("--years", "5000")];
  expect([few.years, many.years]).toEqual([200, 5_000]);
  expect(many.half).toBeLessThan(few.half);
  // A failure in a year, about a tenth of a second each.
  expect(many.mean).toBeGreaterThan(70);
  expect(many.mean).toBeLessThan(130);
  expect((await withFile({ availability: YEARS })).out).toMatch(
    /^Availability, from 200 years, 2\.9 /m,
  );
});

test("cluster: exit code 1, and a line that repeats it, when protection takes too long or data is lost", async () => {
  const late = await withFile({ protectedWithin: "10ms" });
  expect(late.code).toBe(1);
  expect(late.out).toContain("late        without a second copy for too long: m\n");
  expect(late.err).toBe("replay: standin cluster plan.json\n");
  expect((await withFile({ protectedWithin: "1s" })).code).toBe(0);

  const both = ["a", "b"].map((host) => ({ at: "300ms", do: "crash", host }));
  const lost = await withFile({ schedule: both });
  expect(lost.code).toBe(1);
  expect(lost.out).toMatch(/^✗ nothing-lost at 1 s: /m);
});

test.each<[string, object, readonly string[], string]>([
  ["a field that there is not", { host: [] }, [], "cluster: expected no fields but version"],
  [
    "another version",
    { version: 2 },
    [],
    "cluster.version: expected 1, the only one that there is, got 2",
  ],
  [
    "an unknown guest",
    { machines: [{ name: "m", guest: "vax" }] },
    [],
    'cluster.machines[0].guest: expected one of counter, kv, riscv-kv, sqlite, got "vax"',
  ],
  [
    "an unknown host",
    { schedule: [{ at: "0s", do: "crash", host: "z" }] },
    [],
    'cluster.schedule[0].host: expected one of a, b, c, got "z"',
  ],
  [
    "a reserved name",
    { hosts: [{ name: "witness" }, { name: "b" }] },
    [],
    "cluster.hosts: expected names other than witness",
  ],
  [
    "no room",
    { hosts: [{ name: "h", count: 2, memory: "4KiB" }], schedule: [] },
    [],
    "protect: expected room for 65536 B, a copy, of m; got h1 4096 B in host h1, h2 4096 B in host h2",
  ],
  [
    "memory that is none",
    { machines: [{ name: "m", guest: "counter", memory: "5B" }] },
    [],
    "expected",
  ],
  [
    "memory of the database",
    { machines: [{ name: "m", guest: "sqlite", memory: "1MiB" }] },
    [],
    "memory: expected none for sqlite",
  ],
  [
    "detection that makes no sense",
    { detection: { heartbeat: "1s", timeout: "1ms" } },
    [],
    "expected",
  ],
  [
    "years without rates",
    {},
    ["--years", "5"],
    '--years: expected a file with the field "availability", got one without',
  ],
  [
    "too many years",
    { availability: YEARS },
    ["--years", "100001"],
    "--years: expected a whole number from 1 to 100000",
  ],
  [
    "years that take too long",
    { availability: { ...YEARS, meanBetween: "5h", meanRepair: "1m" } },
    ["--years", "2000"],
    "cluster.availability.years: expected at most",
  ],
  ["no time at all", {}, ["--until", "1us"], "--until: expected a duration from 1 ms to 3600 s"],
  ["a seed that is none", {}, ["--seed", "x"], "--seed: expected"],
  [
    "events that are none",
    {},
    ["--events=-1"],
    "--events: expected a whole number from 0 to 100000",
  ],
  ["two files", {}, ["other.json"], 'FILE: expected one, got also "other.json"'],
])("cluster: refused: %s", async (_, changes, args, message) => {
  const { code, out, err } = await withFile(changes, ...args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(`standin cluster: `);
  expect(err).toContain(message);
  // One sentence, and where to find more.
  expect(err.split("\n")).toEqual([expect.anything(), "(standin cluster --help says more)", ""]);
});

test("cluster: refused: no file, none that can be read, none that is JSON or ends", async () => {
  expect(await standin()).toMatchObject({ code: 2, out: "" });
  expect((await standin("gone.json")).err).toContain('got "gone.json" (ENOENT)');
  writeFileSync(join(folder, "plan.json"), JSON.stringify(SMALL).slice(0, -20));
  const truncated = await standin("plan.json");
  expect(truncated.code).toBe(2);
  expect(truncated.err).toContain("cluster: expected an object in JSON, got text that is none: ");
  writeFileSync(join(folder, "plan.json"), " ".repeat(2 ** 20 + 1));
  const long = await standin("plan.json");
  expect(long).toMatchObject({ code: 2, out: "" });
  expect(long.err).toContain("FILE: expected at most 1048576 bytes");
});

test("cluster: its help tells all options", async () => {
  const { code, out } = await standin("--help");
  expect(code).toBe(0);
  for (const option of ["--seed", "--until", "--years", "--events", "--json"]) {
    expect(out).toMatch(new RegExp(`^ {2}${option} `, "m"));
  }
});
