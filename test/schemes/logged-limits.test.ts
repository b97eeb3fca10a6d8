import { expect, test } from "vitest";
import { keyValue } from "../../src/guest/key-value.ts";
import { mbps } from "../../src/host/bandwidth.ts";
import { schemes } from "../../src/schemes/schemes.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
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
