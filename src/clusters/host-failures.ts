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
  /** How often one was put off, because it would have taken the last copy of a machine. */
  putOff = 0;
  readonly #simulation: Simulation;
  readonly #planned: PlannedFailures;
  readonly #atlas = new Atlas();

  /** Begins at once; before the machines are made, so that it knows of their copies. */
  constructor(simulation: Simulation, hosts: readonly Host[], planned: PlannedFailures) {
    const { engine } = simulation;
    this.#simulation = simulation;
    this.#planned = planned;
    engine.trace.addSink(this.#atlas);
    const owner = engine.createOwner("failures");
    for (const host of hosts) {
      engine.spawn(`failures of ${host.name}`, owner, () => this.#fail(host));
    }
  }

  *#fail(host: Host): Process {
    const { engine } = this.#simulation;
    const { betweenNs, repairNs, fromNs, untilNs } = this.#planned;
    const random = engine.random(`failures of ${host.name}`);
    yield* sleep(fromNs);
    for (;;) {
      yield* sleep(exponential(random, betweenNs));
      while (this.#mustWait(host)) {
        this.putOff += 1;
        yield* sleep(PUT_OFF_NS);
      }
      if (engine.now >= untilNs) return;
      this.failures += 1;
      host.crash();
      yield* sleep(exponential(random, repairNs));
      host.restart();
    }
  }

  /** One failure at a time is what a pair survives. A host that somebody else has switched off fails later. */
  #mustWait(host: Host): boolean {
    if (host.power === "off") return true;
    const { now } = this.#simulation;
    const crash = { kind: "crash", at: { atNs: now }, host: host.name } as const;
    return this.#atlas.objection(crash, now) !== undefined;
  }
}
