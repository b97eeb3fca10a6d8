import {
  AVAILABILITY_YEARS_MAX,
  availability,
  expectYears,
  isMeasured,
} from "../../clusters/availability.ts";
import { buildCluster } from "../../clusters/build-cluster.ts";
import { ClusterEvents } from "../../clusters/cluster-events.ts";
import type { PlannedYears } from "../../clusters/cluster-plan.ts";
import { clusterReport } from "../../clusters/cluster-report.ts";
import { clusterText } from "../../clusters/cluster-text.ts";
import { MachineLives } from "../../clusters/machine-life.ts";
import { CLUSTER_CHARS_MAX, parseClusterPlan } from "../../clusters/parse-cluster-plan.ts";
import { schemeNames } from "../../schemes/scheme-choice.ts";
import { Simulation } from "../../simulation/simulation.ts";
import { parseArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { parseCount } from "../count.ts";
import { parseDuration } from "../duration.ts";
import { EXIT } from "../exit-code.ts";
import { guestMakers, guestNames } from "../guest-catalogue.ts";
import { readInput } from "../input-file.ts";
import { profileNamed, profiles } from "../profile-catalogue.ts";
import { replayLine } from "../replay-line.ts";
import { parseSeed } from "../seed.ts";
import { simulate } from "../simulate.ts";
import { terminalStyle } from "../terminal-style.ts";
import { UsageError } from "../usage-error.ts";

/** Events that are printed unless told otherwise. */
const EVENTS_DEFAULT = 40;

/** Most events that are printed. */
const EVENTS_MAX = 100_000;

const help = `usage: standin cluster FILE [options]

Runs a cluster that a file describes: hosts, machines, clients, hosts that fail and are repaired,
and what an operator does. Prints what happened, how each machine was over time, and what it came
to: how often and for how long nobody served it or it had one copy only, and what became of its
clients.

FILE is JSON; docs/cluster.md tells its fields, examples/clusters/ has some. Guests are
${guestNames.join(", ")}.

options
  --seed N        decides everything that is drawn; 0 to 2^53 - 1 (default: the file's)
  --until TIME    ends sooner or later than the file says, 1ms to 60m
  --years N       years simulated for the availability, 1 to ${AVAILABILITY_YEARS_MAX} (default: the file's; none
                  without its field "availability")
  --events N      events to print, 0 to ${EVENTS_MAX} (default ${EVENTS_DEFAULT})
  --json          print one JSON object instead
  --help          print this text

A TIME is a number and a unit: 300ns, 250us, 25ms, 1.5s, 1m. In the JSON object, times are in
nanoseconds, those of a year in milliseconds.

examples
  standin cluster examples/clusters/maintenance.json
  standin cluster examples/clusters/soak.json --until 1m
  standin cluster examples/clusters/soak.json --seed 7 --json

exit codes
  0    every invariant held, nothing was lost or done twice, and every machine was protected again
       in the time given for it
  1    one of these was not so
  2    the file or the options ask for something that cannot be; nothing was run
  70   the run could not be finished: a defect of the library
  130  interrupted
`;

/** `standin cluster`: runs a cluster from a file. */
export const clusterCommand: Command = {
  name: "cluster",
  summary: "run a cluster from a file: many hosts and machines, failures, maintenance",
  help,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      seed: { type: "string" },
      until: { type: "string" },
      years: { type: "string" },
      events: { type: "string" },
      json: { type: "boolean" },
    });
    const [file, extra] = positionals;
    if (file === undefined) throw new UsageError("FILE: expected one, got none");
    if (extra !== undefined) throw new UsageError(`FILE: expected one, got also "${extra}"`);
    const most =
      values.events === undefined
        ? EVENTS_DEFAULT
        : parseCount("--events", values.events, 0, EVENTS_MAX);
    const parsed = parseClusterPlan(readInput(file, io.cwd, CLUSTER_CHARS_MAX), {
      guests: guestNames,
      schemes: schemeNames,
      profiles: profiles.map(({ name }) => name),
    });
    const { until, seed } = values;
    const planned = yearsOf(parsed.availability, values.years);
    const plan = {
      ...parsed,
      ...(planned !== undefined && { availability: planned }),
      ...(seed !== undefined && { seed: parseSeed("--seed", seed) }),
      ...(until !== undefined && {
        untilNs: parseDuration("--until", until, { leastNs: 1_000_000 }),
      }),
    };
    expectYears(plan);
    const profile = profileNamed("profile", plan.profile);
    const guests = await guestMakers(new Set(plan.machines.map(({ guest }) => guest)));
    const simulation = new Simulation({ seed: plan.seed, profile, onViolation: "record" });
    const [lives, events] = [new MachineLives(), new ClusterEvents(most)];
    simulation.trace.addSink(lives);
    simulation.trace.addSink(events);
    const built = buildCluster(simulation, plan, guests);
    if ((await simulate(simulation, plan.untilNs, io)) === "interrupted") return EXIT.interrupted;
    const canDraw = isMeasured(lives.lives);
    if (planned !== undefined && !canDraw) {
      io.stderr(
        "availability: left out, the run had no failover, or no machine protected again, to draw from\n",
      );
    }
    const estimated =
      planned && canDraw ? availability(plan.seed, plan.hosts, lives.lives, planned) : undefined;
    const report = clusterReport(simulation, plan, built, lives, estimated);
    if (values.json === true) io.stdout(`${JSON.stringify(report)}\n`);
    else io.stdout(clusterText(report, events, terminalStyle(io)));
    const isWrong = report.machines.some(({ lost, duplicated }) => {
      return (lost ?? 0) + (duplicated ?? 0) > 0;
    });
    if (report.violations.length === 0 && report.late.length === 0 && !isWrong) return EXIT.clean;
    io.stderr(`replay: ${replayLine(["cluster", ...args])}\n`);
    return EXIT.violated;
  },
};

/** What years are simulated with: as many as the option says. */
function yearsOf(
  planned: PlannedYears | undefined,
  given: string | undefined,
): PlannedYears | undefined {
  if (given === undefined) return planned;
  const years = parseCount("--years", given, 1, AVAILABILITY_YEARS_MAX);
  if (planned !== undefined) return { ...planned, years };
  throw new UsageError('--years: expected a file with the field "availability", got one without');
}
