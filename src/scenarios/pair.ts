import type { ClientOptions } from "../client/client.ts";
import type { DetectionOptions } from "../cluster/detection/detection-options.ts";
import { fenceNamed } from "../cluster/fencing/fences.ts";
import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import type { GuestImage } from "../guest/guest.ts";
import type { DiskReads } from "../lockstep/disk-reads.ts";
import type { PartChoice } from "../schemes/part-choice.ts";
import type { RandomStream } from "../sim/random.ts";
import { type Nanoseconds, us } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { type Defects, defectsOf, partsOf } from "../verify/zoo.ts";
import type { Scenario } from "./scenario.ts";
import { schemeFor } from "./scheme-for.ts";

/** What a scenario of one machine on one pair of hosts is made of. */
export interface PairOptions {
  readonly name: string;
  readonly description: string;
  readonly until: Nanoseconds;
  /**
   * Makes the machine's image; called once for each build, with the defects asked for: those of
   * programs, and those of RISC-V machines; with a stream for what the run's seed is to decide; and with
   * the parts chosen, for those that need something of the image.
   */
  readonly image: (
    program: NonNullable<Defects["program"]>,
    machine: NonNullable<Defects["machine"]>,
    random: RandomStream,
    parts: PartChoice,
  ) => GuestImage;
  /** The clients that ask it. */
  readonly clients: readonly ClientOptions[];
  /** Whether a packet that the machine sends shows an error, for schemes that look for one. Default: none does. */
  readonly isError?: (packet: Uint8Array) => boolean;
  /** Name of the fence, one of `fenceNames`. Default the witness. */
  readonly fence?: string;
  /** When a silent host is suspected, where whoever runs the scenario does not say. Default as the cluster's. */
  readonly detection?: DetectionOptions;
  /** What else happens: schedules it in the simulation that was built. Default nothing. */
  readonly operate?: (simulation: Simulation, machine: ProtectedMachine) => void;
  /** Whether a console is connected with the machine. Default no. */
  readonly console?: boolean;
  /** Whether schemes with a log put into it what the machine reads from its disk. Default: theirs. */
  readonly diskReads?: DiskReads;
}

/** A scenario of one machine that runs on host `a` and that host `b` stands in for. */
export function pairScenario(options: PairOptions): Scenario {
  const { name, description, until, image, clients, isError, console = false } = options;
  const { diskReads } = options;
  return {
    name,
    description,
    until,
    takesFence: true,
    build(simulation, given) {
      const { link, client, parts, broken = [] } = given;
      const defects = defectsOf(broken);
      const chosen = { ...parts, ...partsOf(broken) };
      const detection = { ...options.detection, ...given.detection };
      const fenceName = given.fence ?? options.fence;
      // Whoever protects has a fence of its own where none is chosen.
      const fence = fenceName === undefined ? undefined : fenceNamed(fenceName);
      const { a, b } = simulation.hosts(["a", "b"], { latency: us(50), ...link });
      if (fence?.needsControllers) simulation.controllers([a, b]);
      const random = simulation.engine.random("image of the machine");
      const made = image(defects.program ?? {}, defects.machine ?? {}, random, chosen);
      const machine = simulation.protect(made, {
        name,
        primary: a,
        secondary: b,
        scheme: schemeFor(given, {
          ...(diskReads === undefined ? {} : { diskReads }),
          ...(isError === undefined ? {} : { isError }),
        }),
        detection,
        ...(fence === undefined ? {} : { fence }),
        broken: defects.cluster ?? {},
      });
      for (const each of clients) simulation.client(machine, { ...each, ...client });
      if (console) simulation.console(machine);
      options.operate?.(simulation, machine);
    },
  };
}
