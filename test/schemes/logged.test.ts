// covers src/schemes/logged.ts, src/schemes/vmware-ft.ts, src/schemes/hybrid.ts, src/schemes/schemes.ts, src/lockstep/logged-primary.ts, src/lockstep/logged-secondary.ts, src/lockstep/machine-log.ts
import { expect, test } from "vitest";
import { loadSqlite } from "../../examples/sqlite/sqlite.ts";
import { captures } from "../../src/checkpoint/capture/captures.ts";
import { encodings } from "../../src/checkpoint/encode/encodings.ts";
import type { Scheme } from "../../src/cluster/scheme.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { RiscvGuest } from "../../src/guest/riscv/riscv-guest.ts";
import { riscvJournal } from "../../src/guest/riscv/riscv-journal.ts";
import { riscvKeyValue } from "../../src/guest/riscv/riscv-key-value.ts";
import { riscvMuncher } from "../../src/guest/riscv/riscv-muncher.ts";
import { schemes } from "../../src/schemes/schemes.ts";
import { xxh32 } from "../../src/sim/hash.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { ms, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { clientHistory } from "../../src/verify/history/client-history.ts";
import { keyValueCall } from "../../src/verify/history/guest-calls.ts";
import { checkHistory } from "../../src/verify/linearizability/check-history.ts";
import { models } from "../../src/verify/linearizability/models.ts";
import { clockImage } from "../lockstep/clock-guest.ts";
import { copyDifference, loggedRun } from "./logged-run.ts";

const sqlite = await loadSqlite();

const made = {
  "vmware-ft": () => schemes.vmwareFt(),
  hybrid: () => schemes.hybrid({ period: ms(60) }),
  "hybrid, often": () => schemes.hybrid({ period: ms(7) }),
} as const;
const guests: Readonly<Record<string, () => GuestImage>> = {
  "key-value": () => keyValue(),
  "slow key-value": () => keyValue({ serviceNs: us(730) }),
  "riscv-kv": () => riscvKeyValue(),
  "riscv-journal": () => riscvJournal(),
  sqlite: () => sqlite(),
};
const often = { period: ms(15) };
const cases = Object.keys(made).flatMap((scheme) =>
  Object.keys(guests).map((guest) => [scheme as keyof typeof made, guest] as const),
);

test.each(cases)(
  "%s: whenever the primary of a %s machine dies, nothing is lost",
  (name, guest) => {
    const random = new RandomStream(3, `test: ${name} ${guest}`);
    for (let round = 0; round < 6; round += 1) {
      const loss = random.pick([0, 0, 0.02]);
      const crashAtNs = ms(40) + random.below(ms(100));
      const options = { seed: round, crashAtNs, requests: 45, link: { loss, corruption: loss } };
      const run = loggedRun(guests[guest]!(), made[name](), options);
      const what = `round ${round}, crash at ${crashAtNs}`;
      expect(run.simulation.violations, what).toEqual([]);
      expect(run.machine.activeHost, what).toBe(run.b);
      expect(run.of("replay.finished").length, what).toBe(1);
      expect(run.of("replay.diverged"), what).toEqual([]);
      for (const { acknowledged, lost, duplicated } of run.clients) {
        expect([acknowledged, lost, duplicated], what).toEqual([45, [], []]);
      }
      expect(copyDifference(run), what).toBeUndefined();
    }
  },
);

test.each(["vmware-ft", "hybrid"] as const)("%s: what clients saw is linearizable", (name) => {
  const run = loggedRun(keyValue(), made[name](), { crashAtNs: ms(71), think: us(700) });
  const history = clientHistory(run.clients, keyValueCall);
  expect(checkHistory(history, models["key-value"]).verdict).toBe("linearizable");
});

test.each(["vmware-ft", "hybrid"] as const)(
  "%s: nothing differs at any step at which the primary may die",
  (name) => {
    // Undisturbed, to see how many events there are between two points of it.
    const whole = loggedRun(keyValue(), made[name](), { requests: 8, untilNs: ms(30) });
    const events = whole.simulation.engine.events;
    let failovers = 0;
    for (let step = 160; step < events; step += 17) {
      const run = loggedRun(keyValue(), made[name](), {
        requests: 8,
        prepare: (simulation) => {
          while (simulation.engine.events < step) simulation.engine.step();
          simulation.host("a").crash();
        },
      });
      const abandoned = run.machine.nodes.some(({ role }) => role === "abandoned");
      expect(run.machine.activeHost === run.b || abandoned, `step ${step}`).toBe(true);
      if (abandoned) continue;
      failovers += 1;
      expect(run.simulation.violations, `step ${step}`).toEqual([]);
      for (const { acknowledged, lost, duplicated } of run.clients) {
        expect([acknowledged, lost, duplicated], `step ${step}`).toEqual([8, [], []]);
      }
    }
    expect(failovers).toBeGreaterThan(20);
  },
);

test("vmware-ft: a machine that was stood in for is protected again, and stood in for again", () => {
  const run = loggedRun(keyValue(), schemes.vmwareFt(), {
    requests: 200,
    crashAtNs: ms(60),
    prepare(simulation) {
      const [a, b] = [simulation.host("a"), simulation.host("b")];
      simulation.at(ms(300), () => a.restart());
      simulation.at(ms(310), () => simulation.protectAgain(simulation.machines[0]!, a));
      simulation.at(ms(420), () => b.crash());
    },
  });
  expect(run.simulation.violations).toEqual([]);
  expect(run.machine.activeHost).toBe(run.a);
  expect(run.of("failover.serving")).toHaveLength(2);
  for (const { acknowledged, lost, duplicated } of run.clients) {
    expect([acknowledged, lost, duplicated]).toEqual([200, [], []]);
  }
  expect(copyDifference(run)).toBeUndefined();
});

test("vmware-ft: output waits for the log only, and there is one checkpoint", () => {
  const run = loggedRun(keyValue(), schemes.vmwareFt());
  expect(run.of("checkpoint.committed")).toHaveLength(1);
  expect(run.of("log.stored").length).toBeGreaterThan(100);
  const often = loggedRun(keyValue(), schemes.checkpoint({ interval: ms(25) }));
  const slowest = ({ clients }: typeof run) =>
    Math.max(
      ...clients.flatMap(({ history }) =>
        history.map((each) => (each.repliedAtNs ?? Infinity) - each.invokedAtNs),
      ),
    );
  expect(slowest(run) * 20).toBeLessThan(slowest(often));
});

test("hybrid: a longer period makes a longer replay", () => {
  const replayNs = (period: number) => {
    const options = { crashAtNs: ms(395), requests: 600, think: us(900) };
    const image = keyValue({ serviceNs: us(400) });
    const run = loggedRun(image, schemes.hybrid({ period }), options);
    expect(run.simulation.violations).toEqual([]);
    return run.of("replay.finished")[0]!.atNs - run.of("replay.started")[0]!.atNs;
  };
  const [short, long] = [replayNs(ms(20)), replayNs(ms(350))];
  expect(short).toBeLessThan(ms(25));
  expect(long).toBeGreaterThan(short * 3);
});

const parts: readonly [string, () => Scheme][] = [
  [
    "vmware-ft, write protection",
    () => schemes.vmwareFt({ checkpoint: { track: "write-protection" } }),
  ],
  ["vmware-ft, dirty ring", () => schemes.vmwareFt({ checkpoint: { track: "dirty-ring" } })],
  [
    "hybrid, differences",
    () => schemes.hybrid({ ...often, checkpoint: { encode: encodings.wordDifference() } }),
  ],
  [
    "hybrid, brownout",
    () => schemes.hybrid({ ...often, checkpoint: { capture: captures.brownout({ pages: 1 }) } }),
  ],
  [
    "hybrid, copy on write",
    () =>
      schemes.hybrid({ ...often, checkpoint: { capture: captures.copyOnWrite({ hotEpochs: 1 }) } }),
  ],
  ["hybrid, dirty ring", () => schemes.hybrid({ ...often, checkpoint: { track: "dirty-ring" } })],
];

test.each(parts)("%s: the parts of its checkpoints go together with the log", (what, make) => {
  const random = new RandomStream(9, `test: ${what}`);
  for (let round = 0; round < 4; round += 1) {
    const crashAtNs = ms(30) + random.below(ms(90));
    const image = keyValue({ serviceNs: us(200) });
    const run = loggedRun(image, make(), { seed: round, crashAtNs, requests: 50 });
    expect(run.simulation.violations).toEqual([]);
    expect(run.machine.activeHost).toBe(run.b);
    for (const { acknowledged, lost } of run.clients)
      expect([acknowledged, lost]).toEqual([50, []]);
    expect(copyDifference(run)).toBeUndefined();
  }
});

test("vmware-ft: a replay that goes wrong is mended whatever notices the writes", () => {
  for (const track of ["slat", "write-protection", "dirty-ring", "shadow"] as const) {
    const scheme = schemes.vmwareFt({ checkpoint: { track }, broken: { clockNotLogged: true } });
    const run = loggedRun(clockImage(), scheme, { untilNs: ms(300) });
    expect(run.of("checkpoint.applied").length, track).toBeGreaterThan(5);
    const others = run.simulation.violations.filter(({ name }) => name !== "nothing-lost");
    expect(others, track).toEqual([]);
  }
});

test("hybrid: a period that is too short is refused", () => {
  expect(() => schemes.hybrid({ period: us(10) })).toThrow(
    "period: expected whole nanoseconds of at least 5000000, got 10000",
  );
});

test("vmware-ft: a machine that stood in holds, to the bit, what one that never failed does", () => {
  const image = riscvMuncher({ reportRounds: 10 });
  const simulation = new Simulation({ seed: 7 });
  const { a, b } = simulation.hosts(["a", "b"]);
  const scheme = schemes.vmwareFt();
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const console = simulation.console(machine);
  simulation.at(ms(123), () => a.crash());
  simulation.run({ until: ms(400) });
  const survivor = simulation.inspect(machine);
  const alone = image.create({ now: () => 0, random32: () => 0, transmit: () => undefined });
  if (!(survivor instanceof RiscvGuest && alone instanceof RiscvGuest)) throw new Error("RISC-V");
  alone.machine.run(survivor.machine.ticks - alone.machine.ticks);
  const digest = ({ memory }: RiscvGuest) => {
    const ram = memory.regions.find(({ name }) => name === "ram")!;
    return xxh32(memory.read(ram.basePage * 4_096, ram.pageCount * 4_096));
  };
  expect(digest(survivor)).toBe(digest(alone));
  expect(survivor.machine.saveRegisters()).toEqual(alone.machine.saveRegisters());
  expect(console.transcript.length).toBeGreaterThan(100);
});
