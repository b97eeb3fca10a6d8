import { expect, test } from "vitest";
import { keyValue } from "../../src/guest/key-value.ts";
import { mbps } from "../../src/host/bandwidth.ts";
import type { HardwareProfile } from "../../src/host/hardware-profile.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { schemes } from "../../src/schemes/schemes.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { loggedRun } from "./logged-run.ts";

test("vmware-ft: a secondary that lags too far has the primary's share cut, and given back", () => {
  const lagMost = ms(20);
  const scheme = schemes.vmwareFt({ lagMost, lagCheck: ms(5) });
  const run = loggedRun(keyValue({ serviceNs: us(900) }), scheme, {
    requests: 400,
    think: ms(2),
    untilNs: seconds(4),
    prepare(simulation) {
      const b = simulation.host("b");
      simulation.at(ms(100), () => b.setProcessorShare(0.5));
      simulation.at(ms(700), () => b.setProcessorShare(1));
    },
  });
  const throttled = run.of("log.throttled");
  expect(throttled[0]!.atNs).toBeGreaterThan(ms(100));
  expect(throttled[0]).toMatchObject({ sharePpm: 950_000 });
  expect(throttled[0]!.lagNs).toBeGreaterThan(lagMost);
  expect(throttled.at(-1)).toMatchObject({ sharePpm: 1_000_000 });
  // The lag stays near the limit instead of growing for 600 ms.
  expect(Math.max(...throttled.map(({ lagNs }) => lagNs))).toBeLessThan(ms(150));
  expect(run.simulation.violations).toEqual([]);
  for (const { acknowledged } of run.clients) expect(acknowledged).toBe(400);
});

test.each(["vmwareFt", "hybrid"] as const)("%s: a full buffer stops the machine", (name) => {
  const scheme = schemes[name]({ bufferBytes: 4_096 });
  const run = loggedRun(keyValue({ serviceNs: us(400) }), scheme, {
    requests: 100,
    think: us(20),
    window: 32,
    untilNs: seconds(4),
    link: { bandwidth: mbps(1) },
    crashAtNs: seconds(3),
  });
  expect(run.of("log.full").length).toBeGreaterThan(0);
  expect(run.of("log.full")[0]!.bytes).toBeLessThan(4_096 + 2_000);
  expect(run.simulation.violations).toEqual([]);
  for (const { acknowledged, lost, duplicated } of run.clients) {
    expect([acknowledged, lost, duplicated]).toEqual([100, [], []]);
  }
});

test("hybrid: a secondary without room for the log gets a checkpoint sooner", () => {
  const limits = { bufferBytes: 4_096, storeBytes: 4_096, period: seconds(30) };
  const run = loggedRun(keyValue(), schemes.hybrid(limits), {
    requests: 200,
    think: us(300),
    window: 32,
  });
  expect(run.of("log.full").length).toBeGreaterThan(0);
  expect(run.of("checkpoint.committed").length).toBeGreaterThan(2);
  expect(run.simulation.violations).toEqual([]);
  for (const { acknowledged } of run.clients) expect(acknowledged).toBe(200);
});

test.each(["vmwareFt", "hybrid"] as const)(
  "%s: who stands in says what may not have been said",
  (name) => {
    for (let occurrence = 20; occurrence < 30; occurrence += 1) {
      const simulation = new Simulation({ seed: 3 });
      const { a, b } = simulation.hosts(["a", "b"], { latency: us(30) });
      const scheme = schemes[name]();
      const machine = simulation.protect(keyValue(), { primary: a, secondary: b, scheme });
      // One request at a time, which nobody asks again before the run is over.
      const patient = { requests: 60, think: ms(1), window: 1, timeout: seconds(10) };
      const client = simulation.client(machine, patient);
      // The log is stored, and the primary dies before it hears of it.
      simulation.when("log.stored", { occurrence }).crash(a);
      simulation.run({ until: seconds(1) });
      expect(machine.activeHost).toBe(b);
      // The first batch holds the mark, each other one a request. What the client asks next is lost on the
      // way to the dead host, before the switch knows better.
      expect(client.acknowledged).toBe(occurrence - 1);
    }
  },
);

test("vmware-ft: recording and replaying cost what the profile says", () => {
  const run = (profile: HardwareProfile) => {
    const simulation = new Simulation({ seed: 3, profile });
    const { a, b } = simulation.hosts(["a", "b"], { latency: us(30) });
    const scheme = schemes.vmwareFt();
    const machine = simulation.protect(keyValue(), { primary: a, secondary: b, scheme });
    simulation.client(machine, { requests: 40, think: us(10), window: 4 });
    let recordedNs = 0;
    let replayedNs = 0;
    simulation.when("log.sent").observe(() => {
      recordedNs = simulation.now;
    });
    simulation.when("request.replayed").observe(() => {
      replayedNs = simulation.now;
    });
    simulation.run({ until: ms(200) });
    return { recordedNs, behindNs: replayedNs - recordedNs };
  };
  const plain = run(modern);
  const slowRecord = run({ ...modern, recordEventNs: us(400) });
  // Two events for each request: the stretch and its input.
  expect(slowRecord.recordedNs).toBeGreaterThan(plain.recordedNs + 40 * us(700));
  const slowReplay = run({ ...modern, replayEventNs: us(400) });
  expect(slowReplay.behindNs).toBeGreaterThan(plain.behindNs + 38 * us(700));
});
