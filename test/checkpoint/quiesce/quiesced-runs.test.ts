// covers src/checkpoint/quiesce/interface-agent.ts, src/checkpoint/quiesce/storage.ts
import { expect, test } from "vitest";
import type { Quiesce } from "../../../src/checkpoint/quiesce/quiesce.ts";
import { quiesces } from "../../../src/checkpoint/quiesce/quiesces.ts";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { keyValue } from "../../../src/guest/key-value.ts";
import type { MachineDefects } from "../../../src/guest/riscv/machine-options.ts";
import { riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ms, seconds, us } from "../../../src/sim/time.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";

/** Of each client. */
const REQUESTS = 20;

interface Case {
  readonly quiesce: Quiesce;
  readonly image: GuestImage;
  readonly seed: number;
  /** What goes wrong with the primary. */
  readonly fail?: (simulation: Simulation, random: RandomStream) => void;
}

/** Runs a machine that comes to rest before each checkpoint. */
function run({ quiesce, image, seed, fail }: Case) {
  const simulation = new Simulation({ seed, onViolation: "record" });
  const random = new RandomStream(seed, "test: quiesced runs");
  const { a, b } = simulation.hosts(["a", "b"], {
    latency: random.pick([us(50), us(400), us(1_400)]),
  });
  const scheme = checkpoint({ interval: ms(6), quiesce });
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  // Those that are answered together ask again one after the other.
  const clients = [1, 2, 3, 4, 5].map(() =>
    simulation.client(machine, { requests: REQUESTS, think: us(200) + random.below(ms(6)) }),
  );
  const seen = { reached: 0, inTime: 0, halfDone: 0 };
  let isAtRest = false;
  simulation.trace.addSink({
    record(_at, _position, record) {
      if (record.kind === "quiesce.reached") {
        isAtRest = record["inTime"] === true;
        seen.reached += 1;
        if (isAtRest) seen.inTime += 1;
      }
      if (record.kind !== "checkpoint.copied" || !isAtRest) return;
      const [primary] = machine.nodes;
      if ((primary!.vm.guest.storage?.activeRequests ?? 0) > 0) seen.halfDone += 1;
      isAtRest = false;
    },
  });
  fail?.(simulation, random);
  simulation.run({ until: seconds(1) });
  const answered = clients.map(({ acknowledged }) => acknowledged);
  const ledger = clients.map(({ lost, duplicated }) => [...lost, ...duplicated]);
  return { simulation, machine, seen, answered, ledger, b };
}

/** The primary dies, stands still for long, or is cut off from the secondary, at a drawn moment. */
const faults: Readonly<Record<string, NonNullable<Case["fail"]>>> = {
  crash: (simulation, random) => {
    simulation.at(ms(15) + random.below(ms(60)), () => simulation.host("a").crash());
  },
  pause: (simulation, random) => {
    simulation.at(ms(15) + random.below(ms(60)), () => simulation.host("a").pause());
    simulation.at(ms(300), () => simulation.host("a").resume());
  },
  cut: (simulation, random) => {
    simulation.at(ms(15) + random.below(ms(60)), () => simulation.network.partition("a", "b"));
  },
};

const ALL = [1, 2, 3, 4, 5].map(() => REQUESTS);

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

const journal = (broken: MachineDefects = {}) =>
  riscvJournal({ broken, diskLatencyTicks: 200_000 });

test.each<[string, () => Quiesce, () => GuestImage]>([
  ["storage of a journal", () => quiesces.storage(), () => journal()],
  ["storage with little time", () => quiesces.storage({ mostNs: us(300) }), () => journal()],
  ["an interface agent of a journal", () => quiesces.interfaceAgent(), () => journal()],
  ["an interface agent of a server", () => quiesces.interfaceAgent(), () => keyValue()],
])("quiesced runs: %s keeps every promise, whenever the primary fails", (_, make, image) => {
  for (const seed of seeds) {
    for (const [fault, fail] of Object.entries(faults)) {
      if (fault !== "crash" && seed % 4 > 0) continue;
      const end = run({ quiesce: make(), image: image(), seed, fail });
      const what = `seed ${seed}, ${fault}`;
      expect(end.simulation.violations, what).toEqual([]);
      expect([end.answered, end.ledger.flat()], what).toEqual([ALL, []]);
      expect(end.seen.reached, what).toBeGreaterThan(0);
      expect(end.seen.halfDone, what).toBe(0);
      if (fault === "crash") expect(end.machine.activeHost, what).toBe(end.b);
    }
  }
});

test.each([
  ["quiesce.started", quiesces.storage],
  ["quiesce.reached", quiesces.storage],
  ["checkpoint.copied", quiesces.storage],
  ["checkpoint.resumed", quiesces.storage],
  ["checkpoint.committed", quiesces.storage],
  ["quiesce.started", quiesces.interfaceAgent],
  ["input.refused", quiesces.interfaceAgent],
  ["quiesce.reached", quiesces.interfaceAgent],
  ["input.taken", quiesces.interfaceAgent],
  ["checkpoint.committed", quiesces.interfaceAgent],
])("quiesced runs: the primary may die at %s", (kind, make) => {
  for (const [occurrence, seed] of [
    [2, 1],
    [5, 2],
  ] as const) {
    const fail = (simulation: Simulation) => simulation.when(kind, { occurrence }).crash("a");
    const end = run({ quiesce: make(), image: journal(), seed, fail });
    expect(end.simulation.violations).toEqual([]);
    expect([end.answered, end.ledger.flat(), end.machine.activeHost]).toEqual([ALL, [], end.b]);
  }
});

test("quiesced runs: storage that has the time comes to rest before every checkpoint", () => {
  const { seen } = run({
    quiesce: quiesces.storage({ mostNs: ms(50) }),
    image: journal(),
    seed: 3,
  });
  expect(seen.inTime).toBe(seen.reached);
});

test("quiesced runs: a request of which a blocked disk was told is lost at the primary: no answers", () => {
  const broken = journal({ noLookAtUnblock: true });
  const { answered, simulation } = run({ quiesce: quiesces.storage(), image: broken, seed: 1 });
  expect(Math.max(...answered)).toBeLessThan(REQUESTS);
  expect(simulation.violations).toEqual([]);
});

test("quiesced runs: a request of which a blocked disk was told is lost in a failover: no answers", () => {
  const stuck = seeds.filter((seed) => {
    const image = journal({ blockedRequestLost: true });
    const end = run({ quiesce: quiesces.storage(), image, seed, fail: faults["crash"]! });
    expect(end.simulation.violations).toEqual([]);
    return Math.max(...end.answered) < REQUESTS;
  });
  expect(stuck.length).toBeGreaterThan(2);
});

test("quiesced runs: input that is dropped is noticed though clients ask again", () => {
  const quiesce = quiesces.interfaceAgent({ broken: { quiescedInputDropped: true } });
  const { simulation, answered } = run({ quiesce, image: journal(), seed: 2 });
  expect(answered).toEqual(ALL);
  expect(simulation.violations[0]?.name).toBe("input-kept");
});
