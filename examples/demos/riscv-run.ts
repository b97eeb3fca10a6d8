import { Metrics, ms, type Nanoseconds, Simulation, schemes, Timeline } from "standin";
import { type GuestImage, RiscvGuest } from "standin/guests";

/** What came of a protected machine with a console. */
export interface MachineRunOutcome {
  readonly simulation: Simulation;
  readonly metrics: Metrics;
  readonly timeline: Timeline;
  /** Everything that its console has received. */
  readonly transcript: Uint8Array;
  /** The machine that serves at the end; a copy. */
  readonly survivor: RiscvGuest;
  /** Name of the host that serves at the end. */
  readonly activeHost: string | undefined;
}

/** Runs a RISC-V machine on hosts a and b, with checkpoints every 10 ms; a dies if a time is given. */
export function runProtected(
  image: GuestImage,
  untilNs: Nanoseconds,
  crashAtNs?: Nanoseconds,
): MachineRunOutcome {
  const simulation = new Simulation({ seed: 7, onViolation: "record" });
  const [metrics, timeline] = [new Metrics(), new Timeline()];
  for (const sink of [metrics, timeline]) simulation.trace.addSink(sink);
  const { a, b } = simulation.hosts(["a", "b"]);
  const scheme = schemes.checkpoint({ interval: ms(10) });
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const console = simulation.console(machine);
  if (crashAtNs !== undefined) {
    simulation.at(crashAtNs, () => {
      a.crash();
    });
  }
  simulation.run({ until: untilNs });
  const survivor = simulation.inspect(machine);
  if (!(survivor instanceof RiscvGuest)) throw new Error("nobody serves the machine");
  const { transcript } = console;
  const activeHost = machine.activeHost?.name;
  return { simulation, metrics, timeline, transcript, survivor, activeHost };
}

/** The same machine on no host at all, never stopped, at the same instruction as another. */
export function runAlone(image: GuestImage, ticks: number): RiscvGuest {
  const guest = image.create({ now: () => 0, random32: () => 0, transmit: () => undefined });
  if (!(guest instanceof RiscvGuest)) throw new Error("expected a RISC-V machine");
  guest.machine.run(ticks - guest.machine.ticks);
  return guest;
}
