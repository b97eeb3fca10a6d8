import { expect, test } from "vitest";
import { RateLimit } from "../../../src/checkpoint/transfer/rate-limit.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { sleep } from "../../../src/sim/process.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

/** When messages of so many bytes may leave, asked for by `lanes` processes one after the other. */
function passes(bitsPerSecond: number, bytes: readonly number[], lanes = 1) {
  const engine = new Engine({ seed: 1 });
  const host = new Network(engine).addHost("a");
  const limit = new RateLimit(host, bitsPerSecond);
  const left: { atNs: number; bytes: number }[] = [];
  const queue = [...bytes];
  for (let lane = 0; lane < lanes; lane += 1) {
    engine.spawn(`lane ${lane}`, host.owner, function* () {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        yield* limit.pass(next);
        left.push({ atNs: engine.now, bytes: next });
      }
    });
  }
  return { engine, host, limit, left };
}

test("rate limit: without one everything leaves at once", () => {
  const { engine, left } = passes(Number.POSITIVE_INFINITY, [1_000_000, 1_000_000]);
  engine.run({ until: seconds(1) });
  expect(left.map(({ atNs }) => atNs)).toEqual([0, 0]);
});

test("rate limit: the first leaves at once, each later one when those before it have had their time", () => {
  const { engine, left } = passes(8_000_000, [1_000, 2_000, 1]);
  engine.run({ until: seconds(1) });
  expect(left.map(({ atNs }) => atNs)).toEqual([0, ms(1), ms(3)]);
});

test("rate limit: time in which nothing leaves is not saved up", () => {
  const { engine, host, limit } = passes(8_000_000, []);
  const left: number[] = [];
  engine.spawn("sender", host.owner, function* () {
    yield* limit.pass(1_000);
    yield* sleep(ms(100));
    for (let turn = 0; turn < 3; turn += 1) {
      yield* limit.pass(1_000);
      left.push(engine.now);
    }
  });
  engine.run({ until: seconds(1) });
  expect(left).toEqual([ms(100), ms(101), ms(102)]);
});

test.each([1, 3])("rate limit: it holds over a second, however many share it: %i", (lanes) => {
  const sizes = Array.from({ length: 400 }, (_, index) => 1 + ((index * 7_919) % 60_000));
  const { engine, left } = passes(16_000_000, sizes, lanes);
  engine.run({ until: seconds(10) });
  expect(left).toHaveLength(sizes.length);
  const endNs = left.at(-1)!.atNs;
  expect(endNs).toBeGreaterThan(seconds(4));
  for (let fromNs = 0; fromNs < endNs; fromNs += ms(50)) {
    const within = left.filter(({ atNs }) => atNs >= fromNs && atNs < fromNs + seconds(1));
    const bytes = within.reduce((sum, one) => sum + one.bytes, 0);
    // what leaves last in the second is on the wire beyond it
    expect(bytes - within.at(-1)!.bytes).toBeLessThanOrEqual(2_000_000);
  }
});
