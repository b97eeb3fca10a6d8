import { counter } from "../../../src/guest/counter.ts";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";
import { ms, us } from "../../../src/sim/time.ts";
import type { BootOptions } from "../../../src/simulation/boot-options.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

/** Both detection times are short. */
export const DETECTION = { heartbeat: ms(2), timeout: ms(10) };

/** A counter with enough memory for a round of copying. */
export const wideCounter = (): GuestImage =>
  counter({ serviceNs: us(100), touchPages: 150, rewritePages: 4 });

/** A machine `m` that runs bare on host a of three; what happens is kept. */
export function bare(
  image: GuestImage = wideCounter(),
  options: Partial<BootOptions> = {},
  seed = 1,
) {
  const simulation = new Simulation({ seed });
  const sink = new MemorySink();
  simulation.trace.addSink(sink);
  const { a, b, c } = simulation.hosts(["a", "b", "c"], { latency: us(50) });
  const machine = simulation.boot(image, { name: "m", host: a, ...options });
  const records = (): StandinRecord[] => sink.records.map(({ record }) => record as StandinRecord);
  return {
    ...{ simulation, machine, a, b, c, records },
    node: machine.nodes[0]!,
    below: machine.nodes[0]!.bare!,
    run: (forNs: number) => simulation.run({ until: simulation.now + forNs }),
    start: (secondary = b) =>
      simulation.startProtection(machine, { secondary, detection: DETECTION }),
    /** Kinds of the records of the start so far. */
    steps: (): string[] =>
      records()
        .map(({ kind }) => kind)
        .filter((kind) => /^(start|protection|stand-by|machine|failover.serving)/.test(kind)),
  };
}
