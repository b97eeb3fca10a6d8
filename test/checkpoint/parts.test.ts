// covers src/checkpoint/encode/encodings.ts, src/checkpoint/checkpointer.ts, src/checkpoint/receiver.ts
import { expect, test } from "vitest";
import { encodings } from "../../src/checkpoint/encode/encodings.ts";
import type { PageEncoding } from "../../src/checkpoint/encode/page-encoder.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import type { ProtectedMachine } from "../../src/cluster/protected-machine.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { riscvJournal } from "../../src/guest/riscv/riscv-journal.ts";
import type { Host } from "../../src/host/host.ts";
import { checkpoint } from "../../src/schemes/checkpoint.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { drawParts } from "./drawn-parts.ts";

interface RunOptions {
  readonly image?: GuestImage;
  readonly requests?: number;
  /** Whether one of the hosts dies at a drawn step, and the other when it has a secondary again. */
  readonly crash?: boolean;
}

/** Steps of the protocol at which a host may die, on whichever host they are made. */
const STEP =
  /^(checkpoint|forwarding|brownout|group|commit|acknowledgement|bring-up)\.|^output.released$/;

/** Lets a host die at the `count`th step from a time on, and at a later time if there are fewer. */
function crashAtStep(
  simulation: Simulation,
  machine: ProtectedMachine,
  host: Host,
  count: number,
): void {
  let left = count;
  const crash = () => {
    left = 0;
    host.crash();
  };
  simulation.trace.addSink({
    record(atNs, _position, { kind }) {
      // Before a first copy is complete nobody can stand in for the machine.
      if (left === 0 || atNs < ms(40) || !STEP.test(kind) || !machine.isProtected) return;
      left -= 1;
      if (left === 0) simulation.at(simulation.now, crash);
    },
  });
  simulation.at(ms(250), () => {
    if (left > 0) crash();
  });
}

/** Lets whoever serves die, as soon as somebody can stand in. */
function crashWhenProtected(simulation: Simulation, machine: ProtectedMachine, atNs: number): void {
  simulation.at(atNs, () => {
    if (machine.isProtected) machine.activeHost?.crash();
    else crashWhenProtected(simulation, machine, simulation.now + ms(10));
  });
}

/** Runs a machine under a scheme, on links that may be bad. */
function run(options: CheckpointOptions, seed: number, more: RunOptions = {}) {
  const { image = keyValue(), requests = 60, crash = false } = more;
  const simulation = new Simulation({ seed, onViolation: "record" });
  const random = new RandomStream(seed, "test: parts");
  const loss = random.pick([0, 0, 0.02]);
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(30), loss, corruption: loss });
  const scheme = checkpoint(options);
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const clients = [1, 2].map(() => simulation.client(machine, { requests, think: ms(2) }));
  let bytes = 0;
  let acknowledged = 0;
  simulation.trace.addSink({
    record(_at, _position, record) {
      if (record.kind !== "checkpoint.acknowledged") return;
      acknowledged += 1;
      bytes += (record as unknown as { bytes: number }).bytes;
    },
  });
  const victim = random.pick([a, b]);
  if (crash) {
    crashAtStep(simulation, machine, victim, 1 + random.below(150));
    simulation.at(ms(600), () => {
      victim.restart();
      simulation.protectAgain(machine, victim);
    });
    crashWhenProtected(simulation, machine, ms(700) + random.below(ms(40)));
  }
  simulation.run({ until: seconds(1.6) });
  return { simulation, machine, clients, bytes, acknowledged, victim };
}

function expectPromisesKept(rounds: number, from: number, image?: () => GuestImage): void {
  const random = new RandomStream(from, "test: combinations");
  for (let round = 0; round < rounds; round += 1) {
    const { options, what } = drawParts(random);
    const seed = 1_000 * from + round;
    const end = run(options, seed, {
      crash: true,
      ...(image && { image: image() }),
      requests: 110,
    });
    const message = `seed ${seed}: ${what}`;
    expect(end.simulation.violations, message).toEqual([]);
    expect(end.machine.activeHost, message).toBe(end.victim);
    expect(end.acknowledged, message).toBeGreaterThan(4);
    for (const { acknowledged, lost, duplicated } of end.clients) {
      expect([acknowledged, lost, duplicated], message).toEqual([110, [], []]);
    }
  }
}

test("parts: any combination keeps every promise, at whatever step one host dies after the other", () => {
  expectPromisesKept(48, 17);
});

test("parts: any combination, with a machine that has a disk", () => {
  expectPromisesKept(6, 5, () => riscvJournal());
});

test("parts: differences make far fewer bytes of the same checkpoints", () => {
  const bytesOf = (encode: PageEncoding) => run({ interval: ms(5), encode }, 3).bytes;
  const whole = bytesOf(encodings.whole());
  expect(bytesOf(encodings.wordDifference()) * 5).toBeLessThan(whole);
  expect(bytesOf(encodings.runLengthXor()) * 5).toBeLessThan(whole);
  expect(bytesOf(encodings.remusHybrid()) * 3).toBeLessThan(whole);
  expect(bytesOf(encodings.feedback({ thresholdIntervals: 1 })) * 2).toBeLessThan(whole);
});
