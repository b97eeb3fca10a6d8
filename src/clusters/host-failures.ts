import type { Host } from "../host/host.ts";
import { exponential } from "../sim/exponential.ts";
import { type Process, sleep } from "../sim/process.ts";
import { type Nanoseconds, seconds } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { Atlas } from "../verify/plan/atlas.ts";
import type { PlannedFailures } from "./cluster-plan.ts";

/** A failure that would destroy a last copy is put off by so much. */
const PUT_OFF_NS: Nanoseconds = seconds(1);

/** Hosts that lose power and are repaired, at times drawn from the seed. */
export class HostFailures {
  /** Failures so far. */
  failures = 0;
  /** How many were put off, because they would have taken the last copy of a machine, or its witness's answer. */
  putOff = 0;
  readonly #simulation: Simulation;
  readonly #planned: PlannedFailures;
  readonly #untilNs: Nanoseconds;
  readonly #atlas = new Atlas();

  /**
   * Begins at once; before the machines are made, so that it knows of their copies.
   *
   * @param endNs No host fails from then on, if the plan does not say when.
   */
  constructor(
    simulation: Simulation,
    hosts: readonly Host[],
    planned: PlannedFailures,
    endNs: Nanoseconds,
  ) {
    const { engine } = simulation;
    this.#simulation = simulation;
    this.#planned = planned;
    this.#untilNs = planned.untilNs ?? endNs;
    engine.trace.addSink(this.#atlas);
    const owner = engine.createOwner("failures");
    for (const host of hosts) {
      engine.spawn(`failures of ${host.name}`, owner, () => this.#fail(host));
    }
  }

  *#fail(host: Host): Process {
    const { engine } = this.#simulation;
    const { betweenNs, repairNs, fromNs } = this.#planned;
    const random = engine.random(`failures of ${host.name}`);
    yield* sleep(fromNs);
    for (;;) {
      yield* sleep(exponential(random, betweenNs));
      if (engine.now >= this.#untilNs) return;
      if (this.#isLastCopy(host)) this.putOff += 1;
      // A host that somebody else has switched off fails later, too.
      while (host.power === "off" || this.#isLastCopy(host)) {
        yield* sleep(PUT_OFF_NS);
        if (engine.now >= this.#untilNs) return;
      }
      this.failures += 1;
      host.crash();
      yield* sleep(exponential(random, repairNs));
      host.restart();
    }
  }

  /** One failure at a time is what a pair survives. */
  #isLastCopy(host: Host): boolean {
    if (host.power === "off") return false;
    const { now } = this.#simulation;
    const crash = { kind: "crash", at: { atNs: now }, host: host.name } as const;
    return this.#atlas.objection(crash, now) !== undefined;
  }
}
