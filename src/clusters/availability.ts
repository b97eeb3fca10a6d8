import { StandinRangeError } from "../sim/errors.ts";
import { exponential } from "../sim/exponential.ts";
import { RandomStream } from "../sim/random.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { ClusterPlan, PlannedHost, PlannedYears } from "./cluster-plan.ts";
import { BLOCKS, type Estimate, estimate, ninesOf } from "./confidence.ts";
import type { MachineLife } from "./machine-life.ts";

const MS_NS = 1_000_000;
const YEAR_MS = 365 * 86_400_000;

/** Most years that are simulated: their milliseconds are exact integers. */
export const AVAILABILITY_YEARS_MAX = 100_000;

/** Most looks at hosts and machines, which are what it costs: some seconds. */
const LOOKS_MAX = 50_000_000;

/** Availability of one machine over a year. */
export interface MachineAvailability {
  readonly name: string;
  /** Failovers of a year. */
  readonly failovers: number;
  /** Milliseconds of a year in which nobody serves it, mean and 95 % confidence interval. */
  readonly downMs: Estimate;
  /** What part of them is due to losing both copies, in milliseconds. */
  readonly lostMs: number;
  /** Nines of the availability at the worse end of the interval; null if no failure of a host touched it. */
  readonly nines: number | null;
}

/** Availability of a cluster's machines, and what it was estimated from. */
export interface Availability {
  readonly years: number;
  /** Failures of hosts in a year, of all together. */
  readonly hostFailures: number;
  readonly machines: readonly MachineAvailability[];
}

/**
 * Whether the years of a plan can be simulated.
 *
 * @throws StandinRangeError `CLUSTER_VALUE` when it would take too long.
 */
export function expectYears({ availability: planned, hosts, machines }: ClusterPlan): void {
  if (planned === undefined) return;
  const { years, betweenMs, repairMs } = planned;
  const aYear = (YEAR_MS / (betweenMs + repairMs)) * hosts.length;
  // A failure concerns two of all copies; for each, all hosts are looked at.
  const looks = aYear * years * (2 * hosts.length + 3 * machines.length);
  if (looks <= LOOKS_MAX) return;
  const most = Math.floor((years * LOOKS_MAX) / looks);
  throw new StandinRangeError(
    "CLUSTER_VALUE",
    `cluster.availability.years: expected at most ${most} with ${hosts.length} hosts that fail so often, got ${years}`,
  );
}

/** Whether there is enough in what was measured to draw from: a failover, and a machine protected again. */
export function isMeasured(lives: readonly MachineLife[]): boolean {
  return (
    lives.some(({ failoverNs }) => failoverNs.length > 0) &&
    lives.some(({ reprotectionNs }) => reprotectionNs.length > 0)
  );
}

/** A machine while years go by. */
interface AgingMachine {
  readonly name: string;
  readonly failoverMs: readonly number[];
  readonly windowMs: readonly number[];
  primary: number;
  /** Absent while there is no host for it. */
  secondary: number | undefined;
  readonly blocks: number[];
  downMs: number;
  lostMs: number;
  failovers: number;
  touched: number;
}

/**
 * Simulates years of a cluster, faster than page by page: from one failure of a host to the next. How long a
 * failover takes, and how long until a machine has two copies again, is drawn from what was measured of that
 * machine in the run of the plan; when hosts fail and how long they are off is drawn from the rates given.
 *
 * Both copies are lost in two ways. While there is no other host for a second copy, the failure of the one that
 * serves is simulated. While one is being made, it is too rare to wait for: then the chance of a failure, the length
 * of that time over the mean time between failures, is counted with the time that it takes to have the machine
 * back (conditional expectation in the place of a rare event), exact to the first order in that ratio.
 *
 * @param lives What was measured. Machines without a failover of their own draw from those of all.
 * @throws StandinRangeError `NO_FAILOVERS` if nothing was measured to draw from; see {@link isMeasured}.
 */
export function availability(
  seed: number,
  hosts: readonly PlannedHost[],
  lives: readonly MachineLife[],
  planned: PlannedYears,
): Availability {
  if (!isMeasured(lives)) {
    throw new StandinRangeError(
      "NO_FAILOVERS",
      "availability: expected a run with failovers and machines protected again, to draw their lengths from, got none",
    );
  }
  const { years, betweenMs, repairMs } = planned;
  const random = new RandomStream(seed, "availability");
  const aging = new AgingCluster(hosts, lives, planned, random);
  const blockMs = (years * YEAR_MS) / BLOCKS;
  let hostFailures = 0;
  /** When each host fails next, or is back if it is off. */
  const nextMs = hosts.map(() => exponential(random, betweenMs));

  for (let block = 1; block <= BLOCKS; block += 1) {
    for (;;) {
      let host = 0;
      for (let each = 1; each < hosts.length; each += 1) {
        if (nextMs[each]! < nextMs[host]!) host = each;
      }
      const nowMs = nextMs[host]!;
      if (nowMs >= block * blockMs) break;
      if (aging.isOff[host]) {
        nextMs[host] = nowMs + exponential(random, betweenMs);
        aging.repair(host);
      } else {
        nextMs[host] = nowMs + exponential(random, repairMs);
        hostFailures += 1;
        aging.fail(host);
      }
    }
    aging.endBlock(blockMs);
  }
  return {
    ...{ years, hostFailures: hostFailures / years },
    machines: aging.machines.map(({ name, failovers, lostMs, blocks, touched }) => {
      const downMs = estimate(blocks);
      return {
        ...{ name, failovers: failovers / years, downMs, lostMs: lostMs / years },
        nines: touched === 0 ? null : ninesOf((downMs.mean + downMs.half) / YEAR_MS),
      };
    }),
  };
}

/** Where the copies of all machines are while hosts fail and are repaired. */
class AgingCluster {
  readonly machines: readonly AgingMachine[];
  readonly isOff: boolean[];
  readonly #domains: readonly string[];
  readonly #planned: PlannedYears;
  readonly #random: RandomStream;

  constructor(
    hosts: readonly PlannedHost[],
    lives: readonly MachineLife[],
    planned: PlannedYears,
    random: RandomStream,
  ) {
    this.isOff = hosts.map(() => false);
    this.#domains = hosts.map(({ name, domain }) => domain ?? `host ${name}`);
    this.#planned = planned;
    this.#random = random;
    const failovers = lives.flatMap(({ failoverNs }) => failoverNs);
    const windows = lives.flatMap(({ reprotectionNs }) => reprotectionNs);
    this.machines = lives.map(({ name, failoverNs, reprotectionNs }, index) => ({
      name,
      failoverMs: (failoverNs.length > 0 ? failoverNs : failovers).map(msOf),
      windowMs: (reprotectionNs.length > 0 ? reprotectionNs : windows).map(msOf),
      primary: index % hosts.length,
      secondary: this.#other(index % hosts.length),
      ...{ blocks: [], downMs: 0, lostMs: 0, failovers: 0, touched: 0 },
    }));
  }

  /** A host fails. */
  fail(host: number): void {
    this.isOff[host] = true;
    for (const machine of this.machines) {
      if (machine.primary === host) this.#failOver(machine);
      else if (machine.secondary === host) this.#protect(machine);
      else continue;
      machine.touched += 1;
    }
  }

  /** A host is back: machines that waited for one have their second copy made on it. */
  repair(host: number): void {
    this.isOff[host] = false;
    for (const machine of this.machines) {
      // Lost with all hosts off: it is restored on the first one that is back.
      if (this.isOff[machine.primary]) machine.primary = host;
      if (machine.secondary === undefined) this.#protect(machine);
    }
  }

  /** What was counted since the last block is a block, for a year. */
  endBlock(blockMs: number): void {
    for (const machine of this.machines) {
      machine.blocks.push((machine.downMs * YEAR_MS) / blockMs);
      machine.downMs = 0;
    }
  }

  #failOver(machine: AgingMachine): void {
    if (machine.secondary === undefined) {
      this.#lose(machine, 1);
      const open = this.#open();
      if (open.length > 0) machine.primary = this.#random.pick(open);
    } else {
      machine.failovers += 1;
      machine.downMs += this.#random.pick(machine.failoverMs);
      machine.primary = machine.secondary;
    }
    this.#protect(machine);
  }

  /** Gives a machine that runs alone a second copy, if there is a host for it. */
  #protect(machine: AgingMachine): void {
    machine.secondary = this.#other(machine.primary);
    if (machine.secondary === undefined) return;
    this.#lose(machine, this.#random.pick(machine.windowMs) / this.#planned.betweenMs);
  }

  #lose(machine: AgingMachine, chance: number): void {
    const lostMs = chance * this.#planned.restoreMs;
    machine.downMs += lostMs;
    machine.lostMs += lostMs;
  }

  /** A host that is on and not of the same domain. */
  #other(primary: number): number | undefined {
    const domain = this.#domains[primary];
    const open = this.#open().filter((each) => this.#domains[each] !== domain);
    return open.length === 0 || this.isOff[primary] ? undefined : this.#random.pick(open);
  }

  #open(): number[] {
    return this.isOff.flatMap((off, each) => (off ? [] : [each]));
  }
}

function msOf(ns: Nanoseconds): number {
  return ns / MS_NS;
}
