// one virtual hour of examples/clusters/soak.json: 20 machines on 8 hosts that fail and are repaired
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Simulation, seconds } from "standin";
import { guestMakers, guestNames } from "#src/cli/guest-catalogue";
import { profileNamed, profiles } from "#src/cli/profile-catalogue";
import { buildCluster } from "#src/clusters/build-cluster";
import { clusterReport } from "#src/clusters/cluster-report";
import { MachineLives } from "#src/clusters/machine-life";
import { parseClusterPlan } from "#src/clusters/parse-cluster-plan";
import { schemeNames } from "#src/schemes/scheme-choice";

const MIB = 1024 * 1024;
const FAILOVERS_WANTED = 200;
const SECONDS_WANTED = 600;

const { values } = parseArgs({
  options: { short: { type: "boolean" }, seed: { type: "string" } },
});
const parsed = parseClusterPlan(readFileSync("examples/clusters/soak.json", "utf8"), {
  guests: guestNames,
  schemes: schemeNames,
  profiles: profiles.map(({ name }) => name),
});
const plan = {
  ...parsed,
  ...(values.short === true && { untilNs: seconds(60) }),
  ...(values.seed !== undefined && { seed: Number(values.seed) }),
};

const startedAtMs = performance.now();
const spentS = (): number => (performance.now() - startedAtMs) / 1000;
const sim = new Simulation({
  seed: plan.seed,
  profile: profileNamed("profile", plan.profile),
  onViolation: "record",
});
const lives = new MachineLives();
sim.trace.addSink(lives);
const guests = await guestMakers(new Set(plan.machines.map(({ guest }) => guest)));
const built = buildCluster(sim, plan, guests);
const builtS = spentS();

let rssPeak = process.memoryUsage().rss;
const minuteNs = seconds(60);
for (let untilNs = 0; untilNs < plan.untilNs; ) {
  for (let slice = 0; slice < 12 && untilNs < plan.untilNs; slice += 1) {
    untilNs = Math.min(untilNs + minuteNs / 12, plan.untilNs);
    sim.engine.run({ until: untilNs });
    rssPeak = Math.max(rssPeak, process.memoryUsage().rss);
  }
  const failovers = lives.lives.reduce((sum, life) => sum + life.failovers, 0);
  const minutes = (untilNs / minuteNs).toFixed(0);
  process.stderr.write(
    `${minutes} min of virtual time in ${spentS().toFixed(0)} s, ${failovers} failovers, ${sim.violations.length} violations\n`,
  );
}
const ranS = spentS();
// Reads every machine, and compares it with what its clients were told.
sim.run({ until: plan.untilNs });
const report = clusterReport(sim, plan, built, lives, undefined);
rssPeak = Math.max(rssPeak, process.memoryUsage().rss);
const { user, system } = process.cpuUsage();
const processorS = (user + system) / 1e6;

const { machines } = report;
const sum = (of: (machine: (typeof machines)[number]) => number): number =>
  machines.reduce((total, machine) => total + of(machine), 0);
const most = (of: (machine: (typeof machines)[number]) => number): number =>
  machines.reduce((largest, machine) => Math.max(largest, of(machine)), 0);
const s = (ns: number): string => `${(ns / 1e9).toFixed(2)} s`;
const row = (name: string, value: string): void => console.log(`  ${name.padEnd(33)}${value}`);

const virtualS = plan.untilNs / 1e9;
const failovers = sum((machine) => machine.failovers);
const unprotected = machines.filter((machine) => !machine.protected).map(({ name }) => name);
console.log(`${report.cluster}, seed ${report.seed}: ${virtualS} s of virtual time`);
row(
  "real time",
  `${spentS().toFixed(0)} s (built in ${builtS.toFixed(1)}, compared in ${(spentS() - ranS).toFixed(1)})`,
);
row("processor time", `${processorS.toFixed(0)} s`);
row("virtual / real", (virtualS / spentS()).toFixed(1));
row("host failures", `${report.hostFailures}, ${report.putOff} times put off for a last copy`);
row("failovers, handovers", `${failovers}, ${sum((machine) => machine.handovers)}`);
row(
  "requests acknowledged",
  `${sum((machine) => machine.acknowledged)} of ${sum((machine) => machine.requests)}`,
);
row(
  "lost, duplicated",
  `${sum((machine) => machine.lost ?? 0)}, ${sum((machine) => machine.duplicated ?? 0)}`,
);
row("nobody serves, longest", s(most((machine) => machine.downLongestNs)));
row("one copy, longest", s(most((machine) => machine.aloneLongestNs)));
row(
  "one copy, longest quiet",
  `${s(most((machine) => machine.aloneQuietNs))}, ${s(plan.protectedWithinNs ?? 0)} allowed`,
);
row("late", report.late.join(", ") || "none");
row("without a second copy at the end", unprotected.join(", ") || "none");
row("events", `${report.events}, ${Math.round(report.events / ranS)} a second`);
row("resident memory, peak", `${Math.round(rssPeak / MIB)} MiB`);
row("invariants", report.violations.length === 0 ? `all ${report.checked.length} hold` : "broken:");
for (const { name, detail } of report.violations.slice(0, 10)) row("", `${name}: ${detail}`);
row("run hash", report.runHash);

const lost = sum((machine) => (machine.lost ?? 0) + (machine.duplicated ?? 0));
const isShort = values.short === true;
const failed = [
  report.violations.length > 0 && "an invariant did not hold",
  lost > 0 && "requests were lost or executed twice",
  report.late.length > 0 && "a machine was without a second copy for too long",
  !isShort && failovers < FAILOVERS_WANTED && `fewer than ${FAILOVERS_WANTED} failovers`,
  !isShort && spentS() > SECONDS_WANTED && `longer than ${SECONDS_WANTED} s`,
].filter((reason) => reason !== false);
if (failed.length > 0) {
  console.log(`soak: ${failed.join("; ")}`);
  process.exitCode = 1;
}
