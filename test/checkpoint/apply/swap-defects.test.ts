// covers src/checkpoint/apply/apply.ts, src/checkpoint/apply/swapper.ts
import { expect, test } from "vitest";
import { type SwapDefects, swapping } from "../../../src/checkpoint/apply/apply.ts";
import { encodings } from "../../../src/checkpoint/encode/encodings.ts";
import type { CheckpointOptions } from "../../../src/checkpoint/options.ts";
import { counter } from "../../../src/guest/counter.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import { ms, seconds, us } from "../../../src/sim/time.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";

interface Run {
  readonly seed: number;
  /** The primary dies when it has sent so many groups after the first checkpoint. */
  readonly dieAfterGroups?: number;
  /** Whether messages come to harm and the stream does not notice: they are refused and sent again. */
  readonly isHarmed?: boolean;
}

/** Runs a machine that writes many pages for each request and whose secondary swaps checkpoints in. */
function run(options: CheckpointOptions, { seed, dieAfterGroups, isHarmed = false }: Run) {
  const simulation = new Simulation({ seed, onViolation: "record" });
  const corruption = isHarmed ? 0.05 : 0;
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(30), corruption });
  const machine = simulation.protect(counter({ touchPages: 64, rewritePages: 24 }), {
    ...{ primary: a, secondary: b },
    scheme: checkpoint({ interval: ms(5), resends: 50, ...options }),
    broken: { uncheckedStream: isHarmed },
  });
  for (const think of [ms(1), ms(2)]) simulation.client(machine, { requests: 80, think });
  let groups = 0;
  let undone = 0;
  simulation.trace.addSink({
    record(_at, _position, { kind, epoch }) {
      if (kind === "swap.undone") undone += 1;
      if (kind !== "group.sent" || epoch === 1) return;
      groups += 1;
      if (groups === dieAfterGroups) a.crash();
    },
  });
  simulation.run({ until: seconds(1) });
  const invariants = new Set(simulation.violations.map(({ name }) => name));
  return { invariants: [...invariants], undone, active: machine.activeHost, b };
}

const apply = (broken: SwapDefects = {}) => ({ apply: swapping({ broken }) });

const deaths = Array.from({ length: 24 }, (_, index) => 5 + 4 * index);

test("swap defects: without one, every promise is kept whenever the primary dies", () => {
  for (const [seed, dieAfterGroups] of deaths.entries()) {
    const encode = seed % 2 === 0 ? encodings.whole() : encodings.runLengthXor();
    const end = run({ ...apply(), encode }, { seed, dieAfterGroups });
    expect(end.invariants, `after ${dieAfterGroups} groups`).toEqual([]);
    expect(end.active).toBe(end.b);
  }
});

test.each([{ noUndo: true }, { undoTwice: true }])(
  "swap defects: with %o, a stand-in has a part of what was never committed",
  (broken) => {
    const found = deaths.filter((dieAfterGroups, seed) =>
      run(apply(broken), { seed, dieAfterGroups }).invariants.includes("memory-identity"),
    );
    expect(found.length).toBeGreaterThan(5);
  },
);

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);

test("swap defects: messages that come to harm are sent again, and nothing else happens", () => {
  let undone = 0;
  for (const seed of SEEDS) {
    const end = run(apply(), { seed, isHarmed: true });
    expect(end.invariants, `seed ${seed}`).toEqual([]);
    undone += end.undone;
  }
  expect(undone).toBeGreaterThan(10);
});

test("swap defects: groups of any epoch are found when checkpoints are sent again", () => {
  const found = SEEDS.filter((seed) =>
    run(apply({ anyEpoch: true }), { seed, isHarmed: true }).invariants.includes("memory-identity"),
  );
  expect(found.length).toBeGreaterThan(2);
});

test("swap defects: an XOR that is applied twice is found", () => {
  const encode = encodings.runLengthXor({ broken: { xorTwice: true } });
  expect(run({ ...apply(), encode }, { seed: 1 }).invariants).toContain("memory-identity");
  expect(run({ encode }, { seed: 1 }).invariants).toContain("memory-identity");
});
