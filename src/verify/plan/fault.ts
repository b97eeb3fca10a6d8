import type { BitsPerSecond } from "../../host/bandwidth.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** Version of the form of plans. */
export const PLAN_VERSION: 1 = 1 as const;

/** Most faults of one plan. */
export const FAULTS_MAX = 1_000;

/** Farthest that one fault makes a clock jump: an hour. A thousand such jumps still fit 2^53. */
export const CLOCK_STEP_NS_MAX: Nanoseconds = 3_600_000_000_000;

/** Longest that a fault delays a packet: a minute. */
export const PACKET_DELAY_NS_MAX: Nanoseconds = 60_000_000_000;

/** How long a reordered packet is held back at most, unless the fault says otherwise. */
export const HELD_NS_DEFAULT: Nanoseconds = 500_000;

/** When a fault begins. */
export type Moment =
  /** At a virtual time, before what else is due at it. */
  | { readonly atNs: Nanoseconds }
  /**
   * Just before the n-th event of the engine, from 1: right after the event before it, at that one's
   * time. Faults are events themselves, so that one more fault moves the events behind it.
   */
  | { readonly event: number }
  /**
   * Right after the step that makes the n-th record of a kind, from 1; with a host, the n-th about it.
   * See `points` for the kinds.
   */
  | { readonly point: string; readonly occurrence: number; readonly host?: string };

/** What all faults have. */
interface Timed {
  readonly at: Moment;
}

/** A fault that is over after a while. */
interface Lasting extends Timed {
  /** How long, in true time; at least what `FOR_NS_MIN` says for its kind, so that nothing flaps. */
  readonly forNs: Nanoseconds;
}

/** What faults of a host have. */
interface OfHost {
  /** The host's name. */
  readonly host: string;
}

/**
 * What faults of a way between two ends have. The ends are linked hosts, or a host and the clients'
 * switch, which is called `"client switch"`.
 */
interface OfLink extends Lasting {
  readonly from: string;
  readonly to: string;
  /** Only what `from` sends to `to`. Absent: both directions. */
  readonly oneWay?: boolean;
}

/** What faults that hit some packets have. */
interface OfPackets extends OfLink {
  /** How likely each packet is hit: more than 0, at most 1. */
  readonly probability: number;
}

/** A host loses power. */
export interface CrashFault extends Timed, OfHost {
  readonly kind: "crash";
}

/** A host gets power again. Nothing happens to one that is on. */
export interface RestartFault extends Timed, OfHost {
  readonly kind: "restart";
}

/** A host keeps still. What crashes meanwhile and is started again does not keep still any more. */
export interface PauseFault extends Lasting, OfHost {
  readonly kind: "pause";
}

/**
 * A host has only a part of its processor; the least of those that several faults leave it. Work that
 * it has begun by the end of the fault stays as slow as it began.
 */
export interface SlowFault extends Lasting, OfHost {
  readonly kind: "slow";
  /** From 0.001, less than 1. */
  readonly share: number;
}

/** A host's clock jumps, goes wrong, or both. It has `stepNs`, or `driftPpm` and `forNs`, or all three. */
export interface ClockFault extends Timed, OfHost {
  readonly kind: "clock";
  /** How far it jumps at once; back if less than 0. It stays wrong afterwards. */
  readonly stepNs?: number;
  /** By how many millionths it is faster, or slower if less than 0. Drifts of several faults add up. */
  readonly driftPpm?: number;
  /** How long it drifts. */
  readonly forNs?: Nanoseconds;
}

/** The cable between a host and the clients' switch is cut. */
export interface CableFault extends Lasting, OfHost {
  readonly kind: "cable";
}

/** A link between two hosts is cut. */
export interface PartitionFault extends OfLink {
  readonly kind: "partition";
}

/** Packets are lost. */
export interface LossFault extends OfPackets {
  readonly kind: "loss";
}

/** Packets take longer, in the same order. Delays of several faults add up. */
export interface DelayFault extends OfLink {
  readonly kind: "delay";
  readonly extraNs: Nanoseconds;
}

/** Packets arrive twice. */
export interface DuplicateFault extends OfPackets {
  readonly kind: "duplicate";
}

/** Packets are held back without holding back others. */
export interface ReorderFault extends OfPackets {
  readonly kind: "reorder";
  /** How long at most; each of the times up to it is equally likely. Default 500 us. */
  readonly heldNsMax?: Nanoseconds;
}

/** One bit of a packet arrives wrong. */
export interface CorruptFault extends OfPackets {
  readonly kind: "corrupt";
}

/** A link is slow; the least bandwidth of several faults counts. */
export interface BandwidthFault extends OfLink {
  readonly kind: "bandwidth";
  readonly bandwidthBitsPerSecond: BitsPerSecond;
}

/** What can be done to a host. */
export type HostFault =
  | CrashFault
  | RestartFault
  | PauseFault
  | SlowFault
  | ClockFault
  | CableFault;

/** What can be done to the way between two ends. */
export type LinkFault =
  | PartitionFault
  | LossFault
  | DelayFault
  | DuplicateFault
  | ReorderFault
  | CorruptFault
  | BandwidthFault;

/** One thing that goes wrong: plain data. */
export type Fault = HostFault | LinkFault;

/** What a fault is. */
export type FaultKind = Fault["kind"];

/** What is to go wrong in a run: plain data, the same as JSON. Faults at one moment keep their order. */
export interface FaultPlan {
  readonly version: typeof PLAN_VERSION;
  /** At most {@link FAULTS_MAX}. */
  readonly faults: readonly Fault[];
}

/**
 * Least duration of each kind of fault that lasts. Shorter ones are no faults of the real world and
 * only make a run flap: a cut that a single packet does not notice, a pause shorter than a quantum.
 */
export const FOR_NS_MIN: Readonly<Record<Exclude<FaultKind, "crash" | "restart">, Nanoseconds>> = {
  pause: 100_000,
  slow: 1_000_000,
  clock: 1_000_000,
  cable: 1_000_000,
  partition: 1_000_000,
  loss: 1_000_000,
  delay: 1_000_000,
  duplicate: 1_000_000,
  reorder: 1_000_000,
  corrupt: 1_000_000,
  bandwidth: 1_000_000,
};

/** Whether a fault is one of the way between two ends. */
export function isLinkFault(fault: Fault): fault is LinkFault {
  return "from" in fault;
}

/** How long a fault lasts; undefined for one that is over at once, or has no end of its own. */
export function durationOf(fault: Fault): Nanoseconds | undefined {
  return "forNs" in fault ? fault.forNs : undefined;
}
