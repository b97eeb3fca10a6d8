import type { AuditedClient, StandinRecord } from "standin";
import {
  ChromeTrace,
  Metrics,
  ms,
  type Nanoseconds,
  type ProtectedMachine,
  type RunReport,
  runReport,
  Simulation,
  schemes,
  seconds,
  Timeline,
} from "standin";
import type { Guest, GuestImage } from "standin/guests";

const SEED = 7;
const INTERVAL: Nanoseconds = ms(25);
const UNTIL: Nanoseconds = seconds(2);
const TRANSACTIONS = 600;

/** A stretch of one checkpoint: some of its pages are sent, the other host does not have all of it. */
export interface HalfSent {
  readonly epoch: number;
  /** The first group of pages is handed to the network. */
  readonly fromNs: Nanoseconds;
  /** The record that ends the checkpoint is handed to the network. */
  readonly toNs: Nanoseconds;
}

/** A finished run of the bank. */
export interface BankRun {
  readonly simulation: Simulation;
  readonly machine: ProtectedMachine;
  readonly client: AuditedClient;
  readonly timeline: Timeline;
  readonly chromeTrace: ChromeTrace;
  readonly report: RunReport;
  /** A copy of the machine as it is at the end; `undefined` if nobody serves it. */
  readonly guest: Guest | undefined;
  /** The first time after a moment in which a checkpoint was half sent. */
  halfSentAfter(atNs: Nanoseconds): HalfSent | undefined;
}

/**
 * Runs the bank for two seconds, always with the same seed: up to the crash, if there is one, every
 * run is the same to the last event.
 */
export function runBank(image: GuestImage, crashAtNs?: Nanoseconds): BankRun {
  const simulation = new Simulation({ seed: SEED, onViolation: "record" });
  const [metrics, timeline, chromeTrace] = [new Metrics(), new Timeline(), new ChromeTrace()];
  const halfSent: HalfSent[] = [];
  for (const sink of [metrics, timeline, chromeTrace]) simulation.trace.addSink(sink);
  let first: { readonly epoch: number; readonly fromNs: Nanoseconds } | undefined;
  simulation.trace.addSink({
    record(atNs, _position, traced) {
      const record = traced as StandinRecord;
      if (record.kind === "group.sent" && first?.epoch !== record.epoch) {
        first = { epoch: record.epoch, fromNs: atNs };
      } else if (record.kind === "commit.sent" && first?.epoch === record.epoch) {
        halfSent.push({ ...first, toNs: atNs });
      }
    },
  });

  const { a, b } = simulation.hosts(["a", "b"]);
  const scheme = schemes.checkpoint({ interval: INTERVAL });
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const client = simulation.client(machine, { requests: TRANSACTIONS, think: ms(3) });
  if (crashAtNs !== undefined) simulation.at(crashAtNs, () => a.crash());
  simulation.run({ until: UNTIL });

  const { lost, duplicated } = client.audit();
  const report = runReport(metrics, {
    scenario: machine.name,
    seed: SEED,
    runHash: simulation.hash,
    virtualTimeNs: simulation.now,
    events: simulation.engine.events,
    lost: lost.length,
    duplicated: duplicated.length,
    checked: simulation.invariants,
    violations: simulation.violations,
  });
  const guest = simulation.inspect(machine);
  return {
    simulation,
    machine,
    client,
    timeline,
    chromeTrace,
    report,
    guest,
    halfSentAfter: (atNs) => halfSent.find(({ fromNs }) => fromNs > atNs),
  };
}
