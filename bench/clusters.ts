// what clusters of 10, 100 and 1,000 hosts cost, two small machines to a host: events a second, time, memory
import { parseArgs } from "node:util";
import { ms, Simulation, schemes, seconds } from "standin";
import { counter } from "standin/guests";
import { MachineLives } from "#src/clusters/machine-life";

const KIB = 1024;
const MIB = 1024 * KIB;
const MACHINES_PER_HOST = 2;

const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "3" } },
  allowPositionals: true,
});
const sizes = positionals.length > 0 ? positionals.map(Number) : [10, 100, 1_000];
const virtualS = Number(values.seconds);

const collect = (): NodeJS.MemoryUsage => {
  globalThis.gc?.();
  return process.memoryUsage();
};

/** One cluster; every tenth of its hosts fails once and is repaired, one after the other. */
function measure(hostCount: number): string[] {
  const before = collect();
  const startedAtMs = performance.now();
  const sim = new Simulation({ seed: 1, onViolation: "record" });
  const lives = new MachineLives();
  sim.trace.addSink(lives);
  const made = sim.hosts(Array.from({ length: hostCount }, (_, index) => `h${index + 1}`));
  const hosts = Object.values(made);
  const cluster = sim.manage({ hosts, syncsMost: 4 });
  const image = counter({ memoryBytes: 64 * KIB });
  for (let index = 0; index < MACHINES_PER_HOST * hostCount; index += 1) {
    const scheme = schemes.checkpoint({ interval: ms(100) });
    const machine = cluster.protect(image, { name: `m${index + 1}`, scheme });
    sim.client(machine, { requests: 10 * virtualS, think: ms(100) });
  }
  const builtAtMs = performance.now();

  const failures = Math.max(1, hostCount / 10);
  for (let failure = 0; failure < failures; failure += 1) {
    const atNs = ms(500) + Math.floor((failure * ms(1_000)) / failures);
    const host = hosts[(failure * 7) % hostCount]!;
    sim.at(atNs, () => host.crash());
    sim.at(atNs + ms(500), () => host.restart());
  }
  const { user, system } = process.cpuUsage();
  sim.engine.run({ until: seconds(virtualS) });
  const spent = process.cpuUsage({ user, system });
  const ranAtMs = performance.now();
  const after = collect();
  sim.run({ until: seconds(virtualS) });
  const checkedAtMs = performance.now();

  const { events } = sim.engine;
  const ranMs = ranAtMs - builtAtMs;
  const processorMs = (spent.user + spent.system) / 1000;
  const failovers = lives.lives.reduce((sum, life) => sum + life.failovers, 0);
  const perHost = (bytes: number): string => `${(bytes / hostCount / KIB).toFixed(0)} KiB`;
  return [
    String(hostCount),
    `${((builtAtMs - startedAtMs) / 1000).toFixed(2)} s`,
    String(events),
    `${Math.round(events / (processorMs / 1000) / 1000)} k/s`,
    `${(processorMs / (MACHINES_PER_HOST * hostCount) / virtualS).toFixed(2)} ms`,
    `${(ranMs / 1000).toFixed(2)} s`,
    `${((checkedAtMs - ranAtMs) / 1000).toFixed(2)} s`,
    perHost(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers),
    `${Math.round(after.rss / MIB)} MiB`,
    `${failovers}`,
    String(sim.violations.length),
  ];
}

const columns = [
  "hosts",
  "built in",
  "events",
  "events/CPU s",
  "CPU/machine/s",
  "ran in",
  "compared",
  "memory/host",
  "RSS",
  "failovers",
  "violations",
];
// Compiled before anything is measured.
measure(10);
console.log(`${MACHINES_PER_HOST} counters a host, ${virtualS} s of virtual time`);
const rows = [columns, ...sizes.map(measure)];
const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
for (const row of rows) console.log(row.map((cell, at) => cell.padStart(widths[at]!)).join("  "));
