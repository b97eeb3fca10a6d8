import type { ScenarioOptions } from "../scenarios/scenario.ts";
import type { PartChoice } from "../schemes/part-choice.ts";
import { RandomStream } from "../sim/random.ts";
import { ms, type Nanoseconds, us } from "../sim/time.ts";
import type { Fault, FaultPlan, Moment } from "../verify/plan/fault.ts";
import type { ZooName } from "../verify/zoo.ts";
import type { RunCase } from "./run-case.ts";

/** What a swarm is drawn for. */
export interface SwarmSetting {
  /** Hosts that may fail; the first two are the machine's. */
  readonly hosts: readonly string[];
  /** Every two hosts that are linked. Default all of them. */
  readonly links?: readonly (readonly [string, string])[];
  /** Named points at which a host may fail. */
  readonly points: readonly string[];
  /** Length of the first phase. */
  readonly untilNs: Nanoseconds;
  /** Name of the fence of all runs; it is not drawn. */
  readonly fence?: string;
  /** Name of the protection scheme of all runs; it is not drawn. */
  readonly scheme?: string;
  /** What the checkpoint scheme of all runs is made of; it is not drawn. */
  readonly parts?: PartChoice;
  readonly broken?: readonly ZooName[];
}

/** Most faults of one drawn plan. */
const FAULTS_MAX = 4;

/**
 * Draws the whole configuration of a run from its seed: sizes, rates, parameters of the scheme, and
 * faults. The only place where a swarm draws anything; `formatCase` prints what it drew.
 */
export function drawCase(seed: number, setting: SwarmSetting): RunCase {
  const random = new RandomStream(seed, "swarm");
  const { untilNs, fence, scheme, parts, broken } = setting;
  const window = random.pick([1, 2, 8, 32, 32]);
  const options: ScenarioOptions = {
    interval: random.pick([ms(2), ms(5), ms(10), ms(25), ms(25), ms(50)]),
    link: drawLink(random),
    detection: random.pick([
      {},
      {},
      { heartbeat: ms(5), timeout: ms(30) },
      { heartbeat: ms(20), timeout: ms(200) },
    ]),
    client: {
      think: random.pick([us(500), ms(2), ms(5), ms(8)]),
      window,
      // A narrow window makes one or two requests an epoch: no more than what a few seconds hold.
      requests: window < 8 ? 25 : random.pick([40, 150]),
      timeout: random.pick([ms(20), ms(60), ms(100), ms(150)]),
    },
    ...(fence === undefined ? {} : { fence }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(parts === undefined ? {} : { parts }),
    ...(broken === undefined ? {} : { broken }),
  };
  return { seed, untilNs, options, plan: drawPlan(random, setting) };
}

function drawLink(random: RandomStream) {
  const link = {
    latency: random.pick([us(5), us(50), us(50), us(500), ms(2)]),
    bandwidth: random.pick([100_000_000, 1_000_000_000, 10_000_000_000]),
  };
  if (random.chance(0.7)) return link;
  const rate = (): number => random.pick([0, 0, 1, 10, 50]) / 1_000;
  return {
    ...link,
    jitter: random.pick([0, us(20), us(500)]),
    loss: rate(),
    duplication: rate(),
    reordering: rate(),
    corruption: rate(),
  };
}

function drawPlan(random: RandomStream, setting: SwarmSetting): FaultPlan {
  const count = random.pick([0, 1, 1, 1, 1, 2, 2, 3, FAULTS_MAX]);
  const faults = Array.from({ length: count }, () => drawFault(random, setting));
  return { version: 1, faults };
}

function drawFault(random: RandomStream, setting: SwarmSetting): Fault {
  const { hosts, links } = setting;
  const at = drawMoment(random, setting);
  const host = (): string => random.pick([hosts[0]!, hosts[0]!, ...hosts]);
  const pair = (): { from: string; to: string } => {
    const [from, to] = random.shuffle([...hosts]) as [string, string];
    // The two hosts of the machine are cut off from each other as often as from others.
    if (random.chance(0.5)) return { from: hosts[0]!, to: hosts[1]! };
    const isLink = links?.some((ends) => ends.includes(from) && ends.includes(to)) ?? true;
    if (isLink || links === undefined) return { from, to };
    const [one, other] = random.pick(links);
    return { from: one, to: other };
  };
  const oneWay = (): { oneWay?: boolean } => (random.chance(0.3) ? { oneWay: true } : {});
  const forNs = random.pick([ms(5), ms(30), ms(120), ms(300), ms(700)]);
  const probability = random.pick([0.01, 0.1, 0.3, 1]);
  switch (
    random.pick([
      ...["crash", "crash", "crash", "pause", "pause", "partition", "partition"],
      ...[
        "slow",
        "clock",
        "clock",
        "loss",
        "delay",
        "duplicate",
        "reorder",
        "corrupt",
        "bandwidth",
      ],
      ...["cable", "crash+restart"],
    ])
  ) {
    case "crash":
      return { kind: "crash", host: host(), at };
    case "crash+restart":
      return { kind: "restart", host: host(), at };
    case "pause":
      return { kind: "pause", host: host(), at, forNs };
    case "partition":
      return { kind: "partition", ...pair(), ...oneWay(), at, forNs };
    case "slow":
      return { kind: "slow", host: host(), at, forNs, share: random.pick([0.5, 0.1, 0.01]) };
    case "clock":
      return {
        kind: "clock",
        host: host(),
        at,
        forNs,
        stepNs: random.pick([-1, 1]) * random.pick([ms(1), ms(5_000), ms(5_000)]),
        driftPpm: random.pick([-400_000, -100, 100, 500_000]),
      };
    case "loss":
      return { kind: "loss", ...pair(), at, forNs, probability };
    case "delay":
      return {
        kind: "delay",
        ...pair(),
        at,
        forNs,
        extraNs: random.pick([us(100), ms(5), ms(40)]),
      };
    case "duplicate":
      return { kind: "duplicate", ...pair(), at, forNs, probability };
    case "reorder":
      return { kind: "reorder", ...pair(), at, forNs, probability, heldNsMax: ms(2) };
    case "corrupt":
      return { kind: "corrupt", ...pair(), at, forNs, probability };
    case "bandwidth":
      return { kind: "bandwidth", ...pair(), at, forNs, bandwidthBitsPerSecond: 2_000_000 };
    default:
      return { kind: "cable", host: host(), at, forNs };
  }
}

function drawMoment(random: RandomStream, { points, untilNs }: SwarmSetting): Moment {
  if (points.length > 0 && random.chance(0.4)) {
    return { point: random.pick(points), occurrence: 1 + random.below(20) };
  }
  // Most in the middle: at the very beginning nothing is protected yet.
  return { atNs: ms(5) + random.below(untilNs - ms(5)) };
}
