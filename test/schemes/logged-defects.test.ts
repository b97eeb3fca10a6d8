// covers src/lockstep/follower.ts, src/lockstep/log-store.ts, src/verify/invariants/replay-identity.ts
import { expect, test } from "vitest";
import { keyValue } from "../../src/guest/key-value.ts";
import { riscvKeyValue } from "../../src/guest/riscv/riscv-key-value.ts";
import { hybrid } from "../../src/schemes/hybrid.ts";
import { vmwareFt } from "../../src/schemes/vmware-ft.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { clockImage } from "../lockstep/clock-guest.ts";
import { twoHarts } from "../lockstep/two-harts.ts";
import { loggedRun } from "./logged-run.ts";

const violated = ({ simulation }: ReturnType<typeof loggedRun>) => [
  ...new Set(simulation.violations.map(({ name }) => name)),
];

test("vmware-ft: two harts diverge, which is said, and mended by a checkpoint each time", () => {
  const run = loggedRun(twoHarts(20_000), vmwareFt(), { requests: 1, untilNs: ms(60) });
  const diverged = run.of("replay.diverged");
  expect(diverged.length).toBeGreaterThan(3);
  expect(diverged[0]!.processors).toBe(2);
  expect(diverged[0]!.reason).toMatch(/^(state or output|time|instructions|boundary)/);
  // One to begin with and one for each divergence; the memory is then the primary's again.
  const applied = run.of("checkpoint.applied").length;
  expect([diverged.length, diverged.length + 1]).toContain(applied);
  expect(run.simulation.violations).toEqual([]);
});

test("vmware-ft: who stands in right after a divergence does not, and says so", () => {
  const scheme = vmwareFt();
  const free = loggedRun(twoHarts(20_000), scheme, { requests: 1, untilNs: ms(60) });
  const crashAtNs = free.of("replay.diverged")[2]!.atNs + us(5);
  const run = loggedRun(twoHarts(20_000), vmwareFt(), {
    requests: 1,
    untilNs: seconds(1),
    crashAtNs,
  });
  const standsIn = run.of("failover.serving").length > 0;
  // Before the primary heard of it, or after: no image, or one that is known to be wrong.
  expect(standsIn ? violated(run) : run.of("stand-by.abandoned")[0]?.reason).toEqual(
    standsIn ? ["replay-identity"] : "no complete checkpoint",
  );
});

test("vmware-ft: a machine that reads clock and randomness is followed without divergence", () => {
  const run = loggedRun(clockImage(), vmwareFt(), { crashAtNs: ms(71) });
  expect(run.simulation.violations.filter(({ name }) => name !== "nothing-lost")).toEqual([]);
  expect(run.of("replay.diverged")).toEqual([]);
  expect(run.of("replay.finished")[0]!.entries).toBeGreaterThan(100);
});

test("defects: a clock read that is not logged is found as a divergence", () => {
  const run = loggedRun(clockImage(), vmwareFt({ broken: { clockNotLogged: true } }));
  expect(run.of("replay.diverged")[0]!.reason).toBe("services: asked the clock, logged random");
  // The checkpoint after it mends the pages that only the replay had written, too.
  expect(run.of("checkpoint.applied").length).toBeGreaterThan(5);
  expect(run.simulation.violations.filter(({ name }) => name !== "nothing-lost")).toEqual([]);
});

test("defects: a clock read that is not logged is found by the checks, with nobody else looking", () => {
  const broken = { clockNotLogged: true, unchecked: true };
  expect(violated(loggedRun(clockImage(), vmwareFt({ broken })))).toContain("replay-identity");
});

test.each([
  ["vmware-ft", (broken: object) => vmwareFt({ broken })],
  ["hybrid", (broken: object) => hybrid({ period: ms(90), broken })],
])("defects: %s with input one stretch late is found", (name, make) => {
  const run = loggedRun(keyValue(), make({ inputOneLate: true }), { crashAtNs: ms(71) });
  expect(run.of("replay.diverged").length).toBeGreaterThan(0);
  const unchecked = make({ inputOneLate: true, unchecked: true });
  expect(violated(loggedRun(keyValue(), unchecked, { crashAtNs: ms(71) })), name).toContain(
    "replay-identity",
  );
});

test("defects: a replay that is an instruction short is found, by itself and by the checks", () => {
  const run = (broken: object) =>
    loggedRun(riscvKeyValue(), vmwareFt({ broken }), { requests: 20 });
  const [first] = run({ oneInstructionShort: true }).of("replay.diverged");
  expect(first!.reason).toMatch(/^time: /);
  expect(first).not.toHaveProperty("processors");
  expect(violated(run({ oneInstructionShort: true, unchecked: true }))).toContain(
    "replay-identity",
  );
});

test("defects: output that leaves before the log is stored is found", () => {
  const run = loggedRun(keyValue(), vmwareFt({ broken: { releaseBeforeStored: true } }));
  expect(violated(run)).toContain("output-commit");
});

test("defects: a log that is cut before the checkpoint is committed is found", () => {
  const scheme = () => hybrid({ period: ms(20), broken: { cutBeforeCommit: true } });
  // Between the mark of a checkpoint and its commit.
  const free = loggedRun(keyValue(), scheme(), { untilNs: ms(90) });
  const commit = free.of("checkpoint.committed")[2]!.atNs;
  const copied = free
    .of("checkpoint.copied")
    .find(({ atNs }) => atNs < commit && commit - atNs < ms(5))!;
  expect(free.simulation.violations).toEqual([]);
  const found = [];
  for (let crashAtNs = copied.atNs; crashAtNs < commit; crashAtNs += us(10)) {
    found.push(...violated(loggedRun(keyValue(), scheme(), { crashAtNs, untilNs: seconds(1) })));
  }
  expect(found).toContain("nothing-lost");
  const sound = hybrid({ period: ms(20) });
  for (let crashAtNs = copied.atNs; crashAtNs < commit; crashAtNs += us(10)) {
    expect(violated(loggedRun(keyValue(), sound, { crashAtNs, untilNs: seconds(1) }))).toEqual([]);
  }
});
