import { type LinkOptions, ms, Simulation, schemes, seconds, us } from "standin";
import { expect, test } from "vitest";
import { loadSqlite } from "../../examples/sqlite/sqlite.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { OneCopy } from "../../src/verify/one-copy.ts";

const sqlite = await loadSqlite();
const REQUESTS = 90;
const DURATION_NS = ms(280);

function bank(seed: number, link: LinkOptions = {}, window = 32, requests = REQUESTS) {
  const sim = new Simulation({ seed, onViolation: "record" });
  const oneCopy = new OneCopy();
  sim.trace.addSink(oneCopy);
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50), ...link });
  const image = sqlite();
  const machine = sim.protect(image, {
    primary: a,
    secondary: b,
    scheme: schemes.checkpoint({ interval: ms(25) }),
  });
  const client = sim.client(machine, { requests, think: ms(2), window });
  return { sim, a, b, image, machine, client, oneCopy };
}

function expectNothingLost({ sim, client }: ReturnType<typeof bank>): void {
  expect(sim.violations).toEqual([]);
  expect(client.acknowledged).toBe(client.requests);
  expect(client.lost).toEqual([]);
  expect(client.duplicated).toEqual([]);
}

/** The serving machine's database is, byte for byte, that of a machine that never failed. */
function expectOneCopy({ machine, image, client, oneCopy }: ReturnType<typeof bank>): void {
  const { host, vm } = machine.activeNode!;
  expect(oneCopy.difference(image, machine.name, host.name, [client])).toBeUndefined();
  const reference = oneCopy.reference(image, machine.name, host.name, [client]).guest;
  const audit = image.audit(vm.guest);
  expect(audit.integrityCheck()).toEqual(["ok"]);
  expect(Buffer.compare(audit.file(), image.audit(reference).file())).toBe(0);
}

test("sqlite: whenever its host dies, the stand-in has every transaction, each once", () => {
  const times = new RandomStream(1, "crash times");
  let failovers = 0;
  for (let run = 0; run < 200; run += 1) {
    const crashNs = times.below(DURATION_NS);
    const pair = bank(run);
    pair.sim.at(crashNs, () => pair.a.crash());
    pair.sim.run({ until: ms(560) });
    if (pair.machine.nodes.some(({ role }) => role === "abandoned")) {
      // The first copy of 8 MiB was not complete yet: nothing was protected, and nothing is left.
      expect(crashNs).toBeLessThan(ms(40));
      continue;
    }
    failovers += 1;
    expectNothingLost(pair);
    // Replaying every run would take longer than the runs.
    if (run % 10 === 0) expectOneCopy(pair);
  }
  expect(failovers).toBeGreaterThan(180);
});

test("sqlite: partitions, pauses and lossy links lose and repeat nothing either", () => {
  const random = new RandomStream(2, "faults");
  for (let run = 0; run < 24; run += 1) {
    const fromNs = ms(60) + random.below(ms(200));
    const link = run % 3 === 2 ? { loss: 0.03, duplication: 0.03, corruption: 0.01 } : {};
    const pair = bank(run, link);
    const { sim, a } = pair;
    if (run % 3 === 0) {
      sim.at(fromNs, () => sim.network.partition("a", "b", { oneWay: run % 2 === 0 }));
      sim.at(fromNs + ms(150), () => sim.network.heal("a", "b"));
    } else if (run % 3 === 1) {
      sim.at(fromNs, () => a.pause());
      sim.at(fromNs + random.between(ms(10), ms(300)), () => a.resume());
    } else {
      sim.at(fromNs, () => a.crash());
    }
    sim.run({ until: seconds(2) });
    expectNothingLost(pair);
    expectOneCopy(pair);
  }
});

test("sqlite: asked one transaction at a time, every row is as in a run in which nothing fails", () => {
  const tables = (crashNs?: number) => {
    const pair = bank(9, {}, 1, 24);
    if (crashNs !== undefined) pair.sim.at(crashNs, () => pair.a.crash());
    pair.sim.run({ until: seconds(2) });
    expectNothingLost(pair);
    return pair.image.audit(pair.machine.activeNode!.vm.guest).tables();
  };
  const expected = tables();
  for (const crashNs of [ms(90), ms(201), ms(333)]) expect(tables(crashNs)).toEqual(expected);
});
