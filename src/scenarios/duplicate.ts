import type { Duplication } from "../cluster/duplication/duplication.ts";
import type { DuplicateTarget } from "../cluster/duplication/options.ts";
import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import { keyValue } from "../guest/key-value.ts";
import { ms, type Nanoseconds, seconds, us } from "../sim/time.ts";
import { WITNESS_HOST } from "../simulation/machine-room.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { defectsOf } from "../verify/zoo.ts";
import type { Scenario, ScenarioOptions } from "./scenario.ts";
import { schemeFor } from "./scheme-for.ts";

/** When the machine is duplicated, and how often somebody looks how it goes. */
const DUPLICATE_AT_NS: Nanoseconds = ms(60);
const LOOK_NS: Nanoseconds = ms(20);

/** How often a target that failed is tried again. */
const ATTEMPTS_MAX = 3;

/** Keys all over the machine's memory, so that there is more to copy than one group of pages. */
const KEYS = 2_048;

/**
 * A protected key-value store that is copied to two other hosts while two clients ask it. Each copy gets a
 * client of its own, at its own address; a target that fails while its host is on is tried again.
 */
export const duplicateScenario: Scenario = {
  name: "duplicate",
  description: "a protected key-value store, copied to two hosts with profiles of their own",
  until: seconds(1),
  build(simulation, options) {
    const { link, detection, client, broken = [] } = options;
    const defects = defectsOf(broken);
    const { a, b } = simulation.hosts(["a", "b", "c", "d"], { latency: us(50), ...link });
    // A driver that cannot be duplicated stops the operation, unless nobody looks.
    const isOld = defects.duplication?.driverIgnored === true;
    const image = keyValue({
      ...defects.program,
      capacity: KEYS,
      workloadKeys: KEYS,
      serviceNs: us(150),
      duplication: isOld ? { unsupported: ["network"] } : {},
    });
    const machine = simulation.protect(image, {
      name: "store",
      primary: a,
      secondary: b,
      scheme: schemeFor(options),
      ...(detection === undefined ? {} : { detection }),
      broken: defects.cluster ?? {},
    });
    // So that a plan of faults can name these links, too.
    for (const host of ["c", "d"]) simulation.network.connect(host, WITNESS_HOST, link);
    for (let each = 0; each < 2; each += 1) {
      simulation.client(machine, { requests: 200, think: ms(1), ...client });
    }
    simulation.at(DUPLICATE_AT_NS, () => {
      new Operator(simulation, machine, options).look();
    });
  },
};

/** Somebody who wants a duplicate on each of the two hosts, and looks now and then. */
class Operator {
  readonly #simulation: Simulation;
  readonly #machine: ProtectedMachine;
  readonly #options: ScenarioOptions;
  readonly #asked = new Set<ProtectedMachine>();
  readonly #attempts = new Map<string, number>();

  constructor(simulation: Simulation, machine: ProtectedMachine, options: ScenarioOptions) {
    this.#simulation = simulation;
    this.#machine = machine;
    this.#options = options;
  }

  look(): void {
    this.#begin();
    for (const { duplicates } of this.#simulation.duplications) {
      for (const { machine } of duplicates) if (machine !== undefined) this.#ask(machine);
    }
    this.#simulation.at(this.#simulation.now + LOOK_NS, () => {
      this.look();
    });
  }

  /** Duplicates to every host that has no duplicate and can take one. */
  #begin(): void {
    if (this.#machine.activeNode === undefined) return;
    const targets = ["c", "d"]
      .filter((name) => this.#isFree(name))
      .map((name) => this.#target(name));
    if (targets.length === 0) return;
    const { duplication: broken = {} } = defectsOf(this.#options.broken ?? []);
    const made: Duplication = this.#simulation.duplicate(this.#machine, { targets, broken });
    for (const { host } of made.duplicates) {
      this.#attempts.set(host.name, (this.#attempts.get(host.name) ?? 0) + 1);
    }
  }

  #isFree(name: string): boolean {
    if (this.#simulation.host(name).power === "off") return false;
    if ((this.#attempts.get(name) ?? 0) >= ATTEMPTS_MAX) return false;
    return this.#simulation.duplications.every(({ duplicates }) =>
      duplicates.every(({ host, state }) => host.name !== name || state === "failed"),
    );
  }

  #target(name: string): DuplicateTarget {
    return {
      host: this.#simulation.host(name),
      profile: {
        role: "copy",
        hostName: `store-${name}.example`,
        address: `store on ${name}`,
        storage: [{ volume: "data", path: `/volumes/store-${name}` }],
      },
    };
  }

  #ask(machine: ProtectedMachine): void {
    if (this.#asked.has(machine)) return;
    this.#asked.add(machine);
    this.#simulation.client(machine, { requests: 50, think: ms(3), ...this.#options.client });
  }
}
