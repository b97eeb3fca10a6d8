import { StandinRangeError } from "../sim/errors.ts";
import { exponential } from "../sim/exponential.ts";
import { RandomStream } from "../sim/random.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { PlannedYears } from "./cluster-plan.ts";
import { BLOCKS, type Estimate, estimate, ninesOf } from "./confidence.ts";
import type { MachineLife } from "./machine-life.ts";

/** A millisecond is the unit of simulated years: 2^53 of them are long enough. */
const MS_NS = 1_000_000;
const YEAR_MS = 365 * 86_400_000;

/** Availability of one machine over a year. */
export interface MachineAvailability {
  readonly name: string;
  /** Failovers of a year. */
  readonly failovers: number;
  /** Milliseconds of a year in which nobody serves it, mean and 95 % confidence interval. */
  readonly downMs: Estimate;
  /** What part of them is due to losing both copies, in milliseconds. */
  readonly lostMs: number;
  /** Nines of the availability at the worse end of the interval. */
  readonly nines: number;
}

/** Availability of a cluster's machines, and what it was estimated from. */
export interface Availability {
  readonly years: number;
  readonly hostFailures: number;
  readonly machines: readonly MachineAvailability[];
}

/**
 * Simulates years of a cluster, faster than page by page: from one failure of a host to the next. How long a
 * failover takes, and how long until a machine has two copies again, is drawn from what was measured of that
 * machine in the run of the plan; when hosts fail and how long they are off is drawn from the rates given.
 *
 * That both copies are lost is too rare to wait for. So no second failure is drawn while a machine has one copy:
 * the chance of it, the length of that time over the mean time between failures, is counted with the time that it
 * takes to have the machine back (conditional expectation in the place of a rare event). It is exact to the first
 * order in that ratio.
 *
 * @param lives What was measured. Machines without a failover of their own draw from those of all.
 * @throws StandinRangeError `NO_FAILOVERS` if nothing was measured to draw from.
 */
export function availability(
  seed: number,
  hosts: readonly string[],
  lives: readonly MachineLife[],
  planned: PlannedYears,
): Availability {
  const failovers = lives.flatMap((life) => life.failovers);
  const windows = lives.flatMap((life) => life.reprotections);
  if (failovers.length === 0 || windows.length === 0) {
    throw new StandinRangeError(
      "NO_FAILOVERS",
      "availability: expected a run with failovers and machines protected again, to draw their lengths from, got none",
    );
  }
  const random = new RandomStream(seed, "availability");
  const betweenMs = msOf(planned.betweenNs);
  const repairMs = msOf(planned.repairNs);
  const restoreMs = msOf(planned.restoreNs);
  const blockMs = Math.max(1, Math.floor((planned.years * YEAR_MS) / BLOCKS));
  const machines = lives.map((life, index) => ({
    name: life.name,
    failoverMs: (life.failovers.length > 0 ? life.failovers : failovers).map(msOf),
    windowMs: (life.reprotections.length > 0 ? life.reprotections : windows).map(msOf),
    primary: index % hosts.length,
    secondary: (index + 1) % hosts.length,
    blocks: [] as number[],
    downMs: 0,
    lostMs: 0,
    failovers: 0,
  }));
  let hostFailures = 0;
  /** When each host fails next, or is back if it is off. */
  const nextMs = hosts.map(() => exponential(random, betweenMs));
  const isOff = hosts.map(() => false);

  for (let block = 1; block <= BLOCKS; block += 1) {
    for (;;) {
      let host = 0;
      for (let each = 1; each < hosts.length; each += 1) {
        if (nextMs[each]! < nextMs[host]!) host = each;
      }
      const nowMs = nextMs[host]!;
      if (nowMs >= block * blockMs) break;
      if (isOff[host]) {
        isOff[host] = false;
        nextMs[host] = nowMs + exponential(random, betweenMs);
        continue;
      }
      isOff[host] = true;
      nextMs[host] = nowMs + exponential(random, repairMs);
      hostFailures += 1;
      for (const machine of machines) {
        if (machine.primary !== host && machine.secondary !== host) continue;
        const windowMs = random.pick(machine.windowMs);
        if (machine.primary === host) {
          machine.failovers += 1;
          machine.downMs += random.pick(machine.failoverMs);
          machine.primary = machine.secondary;
        }
        const lostMs = (windowMs / betweenMs) * restoreMs;
        machine.downMs += lostMs;
        machine.lostMs += lostMs;
        const open = isOff.flatMap((off, each) => (off || each === machine.primary ? [] : [each]));
        if (open.length > 0) machine.secondary = random.pick(open);
      }
    }
    for (const machine of machines) {
      machine.blocks.push((machine.downMs * YEAR_MS) / blockMs);
      machine.downMs = 0;
    }
  }

  const { years } = planned;
  return {
    ...{ years, hostFailures: hostFailures / years },
    machines: machines.map((machine) => {
      const downMs = estimate(machine.blocks);
      return {
        name: machine.name,
        failovers: machine.failovers / years,
        downMs,
        lostMs: machine.lostMs / years,
        nines: ninesOf((downMs.mean + downMs.half) / YEAR_MS),
      };
    }),
  };
}

function msOf(ns: Nanoseconds): number {
  return Math.max(1, Math.round(ns / MS_NS));
}
