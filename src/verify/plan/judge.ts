import type { Nanoseconds } from "../../sim/time.ts";
import { describeFault } from "./describe-fault.ts";
import { SETTLE_NS } from "./disturbances.ts";
import { durationOf, type Fault, type FaultKind, type FaultPlan, isLinkFault } from "./fault.ts";
import type { Judgement, PairPromise, PromisedPair } from "./pair-promise.ts";

/** Something that a plan does to a pair, with the times at which it begins and is surely over. */
interface Incident {
  readonly index: number;
  readonly fault: Fault;
  readonly fromNs: Nanoseconds;
  readonly untilNs: Nanoseconds;
}

const FOR_EVER = Number.POSITIVE_INFINITY;

/** Kinds whose effect has no sure end: clocks stay wrong, work and queues that began slowly end so. */
const ENDLESS: ReadonlySet<FaultKind> = new Set(["slow", "clock", "bandwidth", "corrupt"]);

/**
 * Judges a plan without running it.
 *
 * Conservative: `survivable` only if it is certain whatever the run looks like, from these rules.
 * 1. Every fault has a fixed time: what another one hits is not known beforehand.
 * 2. A primary may crash once its secondary has a whole checkpoint, and only if nothing disturbed the
 *    pair before it had.
 * 3. A host of a pair may crash only if nothing before it may have ended the protection: neither the
 *    other host's crash nor a disturbance as long as the promise's `silenceNs`. Disturbances that are
 *    closer together count as one; slow hosts and links, clocks and damaged packets as endless.
 * 4. The witness's host may be off only while nothing happens to any pair, before and after.
 *
 * Faults that pass, of whatever number and length, lose nothing by themselves. A crash of a host that
 * crashed before loses nothing either: restarted or not, it has no copy.
 */
export function judge(plan: FaultPlan, promise: PairPromise): Judgement {
  const incidents: Incident[] = [];
  for (const [index, fault] of plan.faults.entries()) {
    if (!("atNs" in fault.at)) {
      const reason = `${nameOf(index, fault)}: what it hits is known only in the run`;
      return { survivable: false, reason };
    }
    incidents.push({ index, fault, fromNs: fault.at.atNs, untilNs: overAt(fault, fault.at.atNs) });
  }
  incidents.sort((a, b) => a.fromNs - b.fromNs || a.index - b.index);
  for (const pair of promise.pairs) {
    const reason = new PairJudge(pair, promise, incidents).reason();
    if (reason !== undefined) return { survivable: false, reason };
  }
  return { survivable: true };
}

/** When the last effect of a fault is over, apart from what it decided. */
function overAt(fault: Fault, fromNs: Nanoseconds): Nanoseconds {
  if (ENDLESS.has(fault.kind)) return FOR_EVER;
  // The last packet it delays arrives as much later, and holds up those behind it.
  const lateNs = fault.kind === "delay" ? fault.extraNs : 0;
  return fromNs + (durationOf(fault) ?? 0) + lateNs;
}

function nameOf(index: number, fault: Fault): string {
  return `faults[${index}] (${describeFault(fault)})`;
}

/** Judges what a plan does to one pair. */
class PairJudge {
  readonly #pair: PromisedPair;
  readonly #silenceNs: Nanoseconds;
  /** First crashes of the pair's hosts: later ones find nothing to destroy. */
  readonly #crashes: readonly Incident[];
  /** What may make the hosts suspect each other, in order. */
  readonly #disturbances: readonly Incident[];
  /** When the witness's host is off. */
  readonly #absences: readonly Incident[];

  constructor(pair: PromisedPair, promise: PairPromise, incidents: readonly Incident[]) {
    this.#pair = pair;
    this.#silenceNs = promise.silenceNs ?? 0;
    const hosts = [pair.primary, pair.secondary];
    const crashes = incidents.filter(({ fault }) => fault.kind === "crash");
    this.#crashes = hosts
      .map((host) => crashes.find(({ fault }) => "host" in fault && fault.host === host))
      .filter((crash) => crash !== undefined);
    this.#disturbances = incidents.filter(({ fault }) => disturbs(fault, hosts));
    this.#absences = absencesOf(promise.witness, incidents);
  }

  /** Why it is not certain that the pair survives; undefined if it is. */
  reason(): string | undefined {
    for (const crash of this.#crashes) {
      const reason = this.#unready(crash) ?? this.#second(crash);
      if (reason !== undefined) return reason;
    }
    return this.#unwitnessed();
  }

  /** The machine may have no second copy yet when its primary crashes. */
  #unready({ index, fault, fromNs }: Incident): string | undefined {
    const { machine, primary, protectedFromNs } = this.#pair;
    if (!("host" in fault) || fault.host !== primary) return undefined;
    if (fromNs < protectedFromNs) {
      return `${nameOf(index, fault)}: ${machine} may not be protected yet`;
    }
    const [first] = this.#disturbances;
    if (first === undefined || first.fromNs >= protectedFromNs) return undefined;
    return `${nameOf(index, fault)}: ${nameOf(first.index, first.fault)} may have kept ${machine} from being protected`;
  }

  /** The host that crashes may be the only one left. */
  #second({ index, fault, fromNs }: Incident): string | undefined {
    const before = [...this.#crashes, ...this.#endings()].find(
      (each) => each.index !== index && each.fromNs <= fromNs,
    );
    if (before === undefined) return undefined;
    return `${nameOf(index, fault)}: after ${nameOf(before.index, before.fault)} it may have the last copy of ${this.#pair.machine}`;
  }

  /** The witness may be needed and off. */
  #unwitnessed(): string | undefined {
    const endings = [...this.#crashes, ...this.#endings()];
    for (const absence of this.#absences) {
      const name = `${nameOf(absence.index, absence.fault)}: the witness may be needed for ${this.#pair.machine}`;
      const before = endings.find(({ fromNs }) => fromNs <= absence.fromNs);
      const during = [...this.#crashes, ...this.#disturbances].find(
        ({ fromNs, untilNs }) => fromNs <= absence.untilNs && untilNs + SETTLE_NS >= absence.fromNs,
      );
      const other = before ?? during;
      if (other !== undefined) return `${name} because of ${nameOf(other.index, other.fault)}`;
    }
    return undefined;
  }

  /** Disturbances that may end the protection, each as long as all that are one with it. */
  #endings(): readonly Incident[] {
    const endings: Incident[] = [];
    let group: Incident | undefined;
    for (const disturbance of this.#disturbances) {
      const isOneWith =
        group !== undefined && disturbance.fromNs - group.untilNs <= this.#silenceNs;
      const untilNs = Math.max(disturbance.untilNs, isOneWith ? (group?.untilNs ?? 0) : 0);
      group = { ...(isOneWith && group !== undefined ? group : disturbance), untilNs };
      if (group.untilNs - group.fromNs >= this.#silenceNs) endings.push(group);
    }
    return endings;
  }
}

/** Whether a fault, short of a crash, may make the hosts of a pair suspect each other. */
function disturbs(fault: Fault, hosts: readonly string[]): boolean {
  if (isLinkFault(fault)) return hosts.includes(fault.from) && hosts.includes(fault.to);
  return ["pause", "slow", "clock"].includes(fault.kind) && hosts.includes(fault.host);
}

/** From each crash of the witness's host to its next restart. */
function absencesOf(witness: string, incidents: readonly Incident[]): readonly Incident[] {
  const absences: Incident[] = [];
  let crash: Incident | undefined;
  for (const incident of incidents) {
    const { fault, fromNs } = incident;
    if (!("host" in fault) || fault.host !== witness) continue;
    if (fault.kind === "crash") crash ??= incident;
    if (fault.kind !== "restart" || crash === undefined) continue;
    absences.push({ ...crash, untilNs: fromNs });
    crash = undefined;
  }
  if (crash !== undefined) absences.push({ ...crash, untilNs: FOR_EVER });
  return absences;
}
