import type { ClusterDefects, LinkOptions } from "standin";
import { type CheckpointDefects, ms, Simulation, schemes, us } from "standin";
import { counter } from "standin/guests";

/** What a test may change of the pair. */
export interface PairUnderTestOptions {
  readonly seed?: number;
  readonly link?: LinkOptions;
  readonly requests?: number;
  readonly broken?: CheckpointDefects & ClusterDefects;
  readonly onViolation?: "throw" | "record";
}

/** A counter on host a, host b standing by, one client: small enough to be run hundreds of times. */
export function pairUnderTest(options: PairUnderTestOptions = {}) {
  const { seed = 7, link = {}, requests = 400, broken = {}, onViolation = "throw" } = options;
  const sim = new Simulation({ seed, onViolation });
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50), ...link });
  const machine = sim.protect(counter({ memoryBytes: 1024 * 1024, touchPages: 16 }), {
    primary: a,
    secondary: b,
    scheme: schemes.checkpoint({ interval: ms(25), broken }),
    broken,
  });
  const client = sim.client(machine, { requests, think: us(200) });
  return { sim, a, b, machine, client };
}
