import fc from "fast-check";
import { expect, test } from "vitest";
import { WriteLease } from "../../../src/cluster/pool/write-lease.ts";
import { HostClock } from "../../../src/host/host-clock.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { ms } from "../../../src/sim/time.ts";

test("write lease: is shorter than the pool's by the margin, from when it was asked for", () => {
  const engine = new Engine({ seed: 1 });
  const clock = new HostClock(engine, "a");
  const lease = new WriteLease({ clock, leaseNs: ms(100), driftMarginPpm: 10_000 });
  expect([lease.lengthNs, lease.leftNs]).toEqual([ms(99), ms(99)]);
  engine.run({ until: ms(60) });
  lease.extend(ms(50));
  expect(lease.leftNs).toBe(ms(89));
  // an older answer takes nothing back
  lease.extend(ms(10));
  expect(lease.leftNs).toBe(ms(89));
  engine.run({ until: ms(500) });
  expect(lease.leftNs).toBe(0);
});

test("write lease: while clocks keep to the margin the holder stops before the pool gives access on", () => {
  const ppm = fc.integer({ min: -4_000, max: 4_000 });
  fc.assert(
    fc.property(ppm, ppm, fc.nat(ms(5)), (hostPpm, poolPpm, wayNs) => {
      const engine = new Engine({ seed: 1 });
      const [own, pool] = [new HostClock(engine, "a"), new HostClock(engine, "pool")];
      own.setDrift(hostPpm);
      pool.setDrift(poolPpm);
      const lease = new WriteLease({ clock: own, leaseNs: ms(100), driftMarginPpm: 10_000 });
      const askedAtNs = own.monotonic();
      engine.run({ until: wayNs });
      const freeAtNs = engine.now + pool.toGlobal(ms(100));
      lease.extend(askedAtNs);
      expect(engine.now + own.toGlobal(lease.leftNs)).toBeLessThan(freeAtNs);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test("write lease: a paused holder does not notice, for its clock stands still", () => {
  const engine = new Engine({ seed: 1 });
  const clock = new HostClock(engine, "a");
  const lease = new WriteLease({ clock, leaseNs: ms(100), driftMarginPpm: 0 });
  clock.stop();
  engine.run({ until: ms(300) });
  clock.start();
  expect(lease.leftNs).toBe(ms(100));
});
