// covers src/compare/sweep.ts, src/compare/sweep-run.ts, src/compare/sweep-measures.ts, src/compare/differing-counter.ts
import { expect, test } from "vitest";
import {
  type SweepName,
  sweepNames,
  sweeps,
  sweptChances,
  sweptSchemes,
} from "../../src/compare/sweep.ts";
import { SweepMeter } from "../../src/compare/sweep-measures.ts";
import { runSweep, type SweepRunOptions, sweepRuns } from "../../src/compare/sweep-run.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";

const OPTIONS: SweepRunOptions = {
  ...{ scheme: "active-active", seed: 5, untilNs: ms(200), profile: modern },
};

function measured(sweep: SweepName, value: number, chance: number, options = OPTIONS) {
  const { measures, violations } = runSweep(sweep, value, chance, options);
  expect(violations).toEqual([]);
  return { ...measures, p50: measures.latencyNs.p50!, p99: measures.latencyNs.p99! };
}

test("sweep meter: from the first checkpoint on", () => {
  const meter = new SweepMeter();
  const say = (atNs: number, kind: string, latencyNs?: number): void =>
    meter.record(atNs, 0, { kind, ...(latencyNs === undefined ? {} : { latencyNs }) });
  expect(meter.measures(ms(1))).toMatchObject({
    checkpointsPerSecond: null,
    answeredPerSecond: null,
  });
  say(ms(1), "request.acknowledged", us(9));
  say(ms(10), "checkpoint.committed");
  for (const at of [20, 30, 40]) say(ms(at), "checkpoint.committed");
  say(ms(50), "request.acknowledged", us(30));
  expect(meter.measures(ms(10) + seconds(2))).toEqual({
    checkpointsPerSecond: 1.5,
    latencyNs: { p50: us(30), p99: us(30), max: us(30) },
    answeredPerSecond: 0.5,
  });
});

test("sweep run: replies that are similar enough wait for the threshold, and spare checkpoints", () => {
  const patient = measured("similarity", 0.5, 1 / 16);
  const impatient = measured("similarity", 1, 1 / 16);
  expect(impatient.checkpointsPerSecond).toBeGreaterThan(5 * patient.checkpointsPerSecond!);
  // 75 ms and the checkpoint, against 5 ms.
  expect(patient.p99).toBeGreaterThan(ms(40));
  expect(impatient.p99).toBeLessThan(ms(15));
});

test("sweep run: a threshold matters only when a part of the replies differs", () => {
  const all = [0.25, 0.975].map((value) => measured("similarity", value, 1));
  expect(all[0]).toEqual(all[1]);
  const none = [0, 1].map((value) => measured("similarity", value, 0));
  expect(none[0]).toEqual(none[1]);
  expect(none[0]!.checkpointsPerSecond).toBe(0);
});

test("sweep run: a minimum interval bounds the checkpoints from above and the waiting from below", () => {
  const [short, long] = [ms(5), ms(50)].map((value) => measured("minimum-interval", value, 1));
  expect(short!.checkpointsPerSecond).toBeLessThanOrEqual(200);
  expect(short!.checkpointsPerSecond).toBeGreaterThan(150);
  expect(long!.checkpointsPerSecond).toBeLessThanOrEqual(20);
  expect(long!.p50).toBeGreaterThan(ms(40));
  expect(short!.p50).toBeLessThan(ms(6));
});

test("sweep run: the more replies differ, the more checkpoints", () => {
  // In a window of 1 ms hardly two of them meet: each has a checkpoint.
  const few = measured("minimum-interval", ms(1), 1 / 64);
  const more = measured("minimum-interval", ms(1), 1 / 16);
  expect(few.checkpointsPerSecond).toBeGreaterThan(20);
  expect(more.checkpointsPerSecond).toBeGreaterThan(2 * few.checkpointsPerSecond!);
  // Replies that are the same wait for nothing but each other's comparison.
  for (const { p50 } of [few, more]) expect(p50).toBeLessThan(us(600));
});

test("sweep run: every comparing scheme can be swept", () => {
  for (const scheme of Object.keys(sweptSchemes)) {
    const options = { ...OPTIONS, scheme, untilNs: ms(60) };
    expect(measured("minimum-interval", ms(5), 1, options).checkpointsPerSecond).toBeGreaterThan(
      50,
    );
  }
});

test("sweep: a run for each value and each part of replies that differ", () => {
  for (const sweep of sweepNames) {
    const steps = sweepRuns(sweep, { ...OPTIONS, untilNs: us(10) });
    const names: string[] = [];
    for (;;) {
      const step = steps.next();
      if (step.done !== true) {
        expect(step.value.number).toBe(names.push(step.value.name));
        continue;
      }
      const { values } = sweeps[sweep];
      expect(names).toHaveLength(values.length * sweptChances.length);
      expect(new Set(names).size).toBe(names.length);
      expect(step.value).toMatchObject({ sweep, scheme: "active-active" });
      const { lines } = step.value;
      expect(lines.map(({ chance }) => chance)).toEqual(sweptChances);
      for (const { points } of lines) expect(points.map(({ value }) => value)).toEqual(values);
      expect(values.toSorted((a, b) => a - b)).toEqual(values);
      break;
    }
  }
});
