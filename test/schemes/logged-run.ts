import type { Scheme } from "../../src/cluster/scheme.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import type { LinkOptions } from "../../src/host/link-options.ts";
import { ms, type Nanoseconds, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { OneCopy } from "../../src/verify/one-copy.ts";
import type { StandinRecord } from "../../src/verify/standin-record.ts";

/** What happens in a run, by default nothing but clients. */
export interface LoggedRunOptions {
  readonly seed?: number;
  readonly link?: LinkOptions;
  readonly crashAtNs?: Nanoseconds;
  readonly requests?: number;
  readonly untilNs?: Nanoseconds;
  /** From one request to the next. */
  readonly think?: Nanoseconds;
  /** Requests that a client has under way at a time. */
  readonly window?: number;
  /** Does something else before the run. */
  readonly prepare?: (simulation: Simulation) => void;
}

/** Runs a machine under a scheme, with two clients; its host may die. */
export function loggedRun(image: GuestImage, scheme: Scheme, options: LoggedRunOptions = {}) {
  const { seed = 1, link = {}, crashAtNs, requests = 60, think = ms(2), window = 32 } = options;
  const simulation = new Simulation({ seed, onViolation: "record" });
  const oneCopy = new OneCopy();
  simulation.trace.addSink(oneCopy);
  const records: (StandinRecord & { atNs: number })[] = [];
  simulation.trace.addSink({
    record(atNs, _position, record) {
      if (!/^(link|request|stream|stretch|output)/.test(record.kind)) {
        records.push({ atNs, ...(record as StandinRecord) });
      }
    },
  });
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(30), ...link });
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const clients = [1, 2].map(() => simulation.client(machine, { requests, think, window }));
  if (crashAtNs !== undefined) simulation.at(crashAtNs, () => a.crash());
  options.prepare?.(simulation);
  simulation.run({ until: options.untilNs ?? seconds(2) });
  const of = <K extends StandinRecord["kind"]>(kind: K) =>
    records.filter(
      (record): record is StandinRecord & { kind: K } & { atNs: number } => record.kind === kind,
    );
  return { simulation, machine, clients, oneCopy, a, b, of, image };
}

/** What differs from a machine that never fails, in any reply of any client. */
export function copyDifference(run: ReturnType<typeof loggedRun>): string | undefined {
  const { oneCopy, image, machine, clients } = run;
  return oneCopy.difference(image, machine.name, machine.activeHost?.name ?? "nobody", clients);
}
