import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import type { Fault, LinkFault, Moment } from "./fault.ts";
import { durationOf, HELD_NS_DEFAULT, isLinkFault } from "./fault.ts";

/** A part of one as per cent, without the noise of binary fractions. */
function percent(part: number): string {
  return `${Math.round(part * 1_000_000) / 10_000} %`;
}

function ways({ from, to, oneWay }: LinkFault): string {
  return oneWay === true ? `from ${from} to ${to}` : `between ${from} and ${to}`;
}

function describeMoment(at: Moment): string {
  if ("atNs" in at) return `at ${formatTime(at.atNs)}`;
  if ("event" in at) return `before event ${at.event}`;
  const host = at.host === undefined ? "" : ` of ${at.host}`;
  return `at ${at.point}${host} number ${at.occurrence}`;
}

function signed(timeNs: number): string {
  return timeNs < 0 ? formatTime(timeNs) : `+${formatTime(timeNs)}`;
}

function describeLink(fault: LinkFault): string {
  switch (fault.kind) {
    case "partition":
      return `a cut ${ways(fault)}`;
    case "loss":
      return `loss of ${percent(fault.probability)} ${ways(fault)}`;
    case "delay":
      return `${formatTime(fault.extraNs)} more ${ways(fault)}`;
    case "duplicate":
      return `duplication of ${percent(fault.probability)} ${ways(fault)}`;
    case "reorder":
      return `reordering of ${percent(fault.probability)}, by up to ${formatTime(fault.heldNsMax ?? HELD_NS_DEFAULT)}, ${ways(fault)}`;
    case "corrupt":
      return `corruption of ${percent(fault.probability)} ${ways(fault)}`;
    case "bandwidth":
      return `${fault.bandwidthBitsPerSecond} bit/s ${ways(fault)}`;
  }
}

function describeWhat(fault: Fault): string {
  if (isLinkFault(fault)) return describeLink(fault);
  switch (fault.kind) {
    case "crash":
      return `crash of ${fault.host}`;
    case "restart":
      return `restart of ${fault.host}`;
    case "pause":
      return `pause of ${fault.host}`;
    case "slow":
      return `${percent(fault.share)} of ${fault.host}'s processor`;
    case "cable":
      return `a cut between ${fault.host} and the clients`;
    case "clock": {
      const { host, stepNs, driftPpm } = fault;
      const step = stepNs === undefined ? [] : [`a step of ${signed(stepNs)}`];
      const drift = driftPpm === undefined ? [] : [`a drift of ${driftPpm} ppm`];
      return `${[...step, ...drift].join(" and ")} of ${host}'s clock`;
    }
  }
}

/** A fault in words: `"pause of a at 310 ms for 5 ms"`. */
export function describeFault(fault: Fault): string {
  const forNs: Nanoseconds | undefined = durationOf(fault);
  const length = forNs === undefined ? "" : ` for ${formatTime(forNs)}`;
  return `${describeWhat(fault)} ${describeMoment(fault.at)}${length}`;
}
