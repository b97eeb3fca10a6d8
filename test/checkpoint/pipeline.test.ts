// covers src/checkpoint/encode/encodings.ts, src/checkpoint/checkpointer.ts, src/checkpoint/receiver.ts
import { expect, test } from "vitest";
import type { Capture } from "../../src/checkpoint/capture/capture.ts";
import { captures } from "../../src/checkpoint/capture/captures.ts";
import { encodings } from "../../src/checkpoint/encode/encodings.ts";
import type { PageEncoding } from "../../src/checkpoint/encode/page-encoder.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import type { Trigger } from "../../src/checkpoint/trigger/trigger.ts";
import { triggers } from "../../src/checkpoint/trigger/triggers.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { checkpoint } from "../../src/schemes/checkpoint.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

const encode: readonly (() => PageEncoding)[] = [
  () => encodings.whole(),
  () => encodings.wordDifference(),
  () => encodings.wordDifference({ wordBytes: 4, cachePages: 3 }),
  () => encodings.runLengthXor({ cacheEpochs: 2 }),
  () => encodings.remusHybrid(),
  () => encodings.feedback({ thresholdIntervals: 1 }),
];
const capture: readonly (() => Capture)[] = [
  () => captures.stopAndCopy(),
  () => captures.brownout({ pages: 1 }),
  () => captures.brownout({ rounds: 2, pages: 4 }),
  () => captures.forwarding({ periodNs: ms(2), successes: 2 }),
  () => captures.copyOnWrite({ hotEpochs: 1 }),
];
const trigger: readonly (() => Trigger)[] = [
  () => triggers.fixedInterval(ms(7)),
  () => triggers.adaptive({ leastNs: ms(2) }),
  () => triggers.heldOutput({ bitsPerSecond: 1_000_000, mostNs: ms(20) }),
  () => triggers.firstOf(triggers.onRequest({ mostNs: ms(30) }), triggers.fixedInterval(ms(11))),
  () => triggers.lowPrioritySlots({ periodNs: ms(9), slotNs: ms(2) }),
];

/** Runs a key-value machine under a scheme; a host may die, or links be bad. */
function run(options: CheckpointOptions, seed: number, crashAtNs?: number) {
  const simulation = new Simulation({ seed, onViolation: "record" });
  const random = new RandomStream(seed, "test: pipeline");
  const loss = random.pick([0, 0, 0.02]);
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(30), loss, corruption: loss });
  const scheme = checkpoint(options);
  const machine = simulation.protect(keyValue(), { primary: a, secondary: b, scheme });
  const clients = [1, 2].map(() => simulation.client(machine, { requests: 60, think: ms(2) }));
  let bytes = 0;
  let acknowledged = 0;
  simulation.trace.addSink({
    record(_at, _position, record) {
      if (record.kind !== "checkpoint.acknowledged") return;
      acknowledged += 1;
      bytes += (record as unknown as { bytes: number }).bytes;
    },
  });
  if (crashAtNs !== undefined) simulation.at(crashAtNs, () => a.crash());
  simulation.run({ until: seconds(2) });
  return { simulation, machine, clients, bytes, acknowledged, b };
}

test("pipeline: any combination of parts keeps every promise, whenever the primary dies", () => {
  const random = new RandomStream(17, "test: combinations");
  for (let round = 0; round < 40; round += 1) {
    const options = {
      encode: random.pick(encode)(),
      capture: random.pick(capture)(),
      trigger: random.pick(trigger)(),
      ...random.pick([
        { track: "slat", scanWorkers: 4 } as const,
        { track: "write-protection" } as const,
        { track: "shadow" } as const,
        {},
      ]),
    };
    const crashAtNs = ms(20) + random.below(ms(200));
    const end = run(options, round, crashAtNs);
    const what = `${options.encode.name}, ${options.capture.name}, ${options.trigger.name}, ${options.track ?? ""}`;
    expect(end.simulation.violations, what).toEqual([]);
    expect(end.machine.activeHost, what).toBe(end.b);
    expect(end.acknowledged, what).toBeGreaterThan(2);
    for (const { acknowledged, lost, duplicated } of end.clients) {
      expect([acknowledged, lost, duplicated], what).toEqual([60, [], []]);
    }
  }
});

test("pipeline: differences make far fewer bytes of the same checkpoints", () => {
  const bytesOf = (encoding: PageEncoding) => run({ interval: ms(5), encode: encoding }, 3).bytes;
  const whole = bytesOf(encodings.whole());
  expect(bytesOf(encodings.wordDifference()) * 5).toBeLessThan(whole);
  expect(bytesOf(encodings.runLengthXor()) * 5).toBeLessThan(whole);
  expect(bytesOf(encodings.remusHybrid()) * 3).toBeLessThan(whole);
  expect(bytesOf(encodings.feedback({ thresholdIntervals: 1 })) * 2).toBeLessThan(whole);
});

test.each([
  ["a difference from the wrong base", encodings.wordDifference({ broken: { staleBase: true } })],
  ["runs from the wrong base", encodings.runLengthXor({ broken: { staleBase: true } })],
])("pipeline: %s is noticed", (_what, encoding) => {
  const { simulation } = run({ interval: ms(5), encode: encoding }, 3);
  expect(simulation.violations[0]?.name).toBe("memory-identity");
});
