// covers src/compare/scheme-run.ts, src/compare/scheme-comparison.ts, src/compare/scheme-figure.ts
import { expect, test } from "vitest";
import type { PartRunOptions } from "../../src/compare/part-run.ts";
import { schemeBlocks, schemeComparison } from "../../src/compare/scheme-comparison.ts";
import { schemeFigures } from "../../src/compare/scheme-figure.ts";
import { crashTimeOf, runScheme, type SchemeFigures } from "../../src/compare/scheme-run.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { keyValueScenario } from "../../src/scenarios/key-value.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";
import { ms, us } from "../../src/sim/time.ts";

const OPTIONS: PartRunOptions = { seed: 3, untilNs: ms(300), profile: modern, scenario: {} };

function figuresOf(scheme: string, broken: readonly "no-witness"[] = []): SchemeFigures {
  const run = runScheme(keyValueScenario, { ...OPTIONS, scenario: { scheme, broken } });
  if ("refusal" in run) throw new Error(run.refusal);
  expect(run.violations).toEqual([]);
  return run.measures;
}

test("scheme run: checkpoints cost pages and time, a log neither and the secondary's processor", () => {
  const checkpoint = figuresOf("checkpoint");
  const replayed = figuresOf("vmware-ft");
  const hybrid = figuresOf("hybrid");
  expect(checkpoint.pageBytesPerSecond).toBeGreaterThan(100_000);
  expect(checkpoint.logBytesPerSecond).toBe(0);
  expect(replayed.pageBytesPerSecond).toBe(0);
  expect(replayed.logBytesPerSecond).toBeGreaterThan(1_000);
  expect(replayed.pauseNs.p50).toBeNull();
  for (const each of [checkpoint, replayed, hybrid]) {
    const messages = each.pageBytesPerSecond! + each.logBytesPerSecond!;
    expect(each.linkBytesPerSecond).toBeGreaterThan(messages);
    // The silence after which a host is suspected lies between.
    expect(each.servingNs).toBeGreaterThan(ms(50));
    expect(each.answeredNs).toBeGreaterThan(each.servingNs!);
  }
  expect(replayed.latencyNs.p50).toBeLessThan(checkpoint.latencyNs.p50! / 5);
  expect(replayed.answeredPerSecond).toBeGreaterThan(1.5 * checkpoint.answeredPerSecond!);
  expect(replayed.secondaryPercent).toBeGreaterThan(1);
  expect(hybrid.secondaryPercent).toBeLessThan(0.5);
  expect(hybrid.servingNs).toBeGreaterThan(replayed.servingNs! + us(500));
});

test("scheme run: what is compared is on the link, and the rest is what streams add to it", () => {
  const [replayed, compared] = [figuresOf("vmware-ft"), figuresOf("colo")];
  expect(replayed.comparisonBytesPerSecond).toBe(0);
  // Each request goes to the other host and its reply comes back, some tens of bytes each.
  expect(compared.comparisonBytesPerSecond).toBeGreaterThan(5_000);
  expect(compared.restBytesPerSecond).toBeGreaterThan(compared.comparisonBytesPerSecond! / 2);
  // Two bytes each way every 10 ms.
  for (const each of [replayed, compared])
    expect(each.heartbeatBytesPerSecond).toBeCloseTo(400, -2);
  const { pageBytesPerSecond, logBytesPerSecond, comparisonBytesPerSecond } = compared;
  const { heartbeatBytesPerSecond, restBytesPerSecond, linkBytesPerSecond } = compared;
  const messages = pageBytesPerSecond! + logBytesPerSecond! + comparisonBytesPerSecond!;
  expect(
    messages + heartbeatBytesPerSecond! + restBytesPerSecond! - linkBytesPerSecond!,
  ).toBeCloseTo(0, -1);
});

test("scheme run: an invariant that does not hold in any of the runs is named once", () => {
  const scenario = { broken: ["release-at-stop"] } as const;
  expect(runScheme(counterScenario, { ...OPTIONS, scenario })).toMatchObject({
    violations: ["output-commit"],
  });
  expect(crashTimeOf(ms(301))).toBe(150_500_000);
});

test("scheme run: what a scheme refuses is said", () => {
  const run = runScheme(counterScenario, { ...OPTIONS, scenario: { scheme: "x" } });
  expect("refusal" in run && run.refusal).toMatch(/^scheme: expected one of checkpoint, /);
});

test("scheme comparison: every scheme once, in the order of the catalogue", () => {
  const steps = schemeComparison(counterScenario, { ...OPTIONS, untilNs: ms(60) });
  const names: string[] = [];
  for (;;) {
    const step = steps.next();
    if (step.done !== true) {
      names.push(`${step.value.number}/${step.value.count} ${step.value.name}`);
      continue;
    }
    expect(names).toEqual(schemeNames.map((name, at) => `${at + 1}/${schemeNames.length} ${name}`));
    const [block] = schemeBlocks(step.value, "some");
    expect(block?.heading).toBe("some");
    expect(block?.rows.map(({ label }) => label)).toEqual(schemeNames);
    return;
  }
});

test("scheme figures: each is of something else and says what it is", () => {
  const titles = schemeFigures.map(({ title }) => title.join(" "));
  expect(new Set(titles).size).toBe(titles.length);
  for (const { about } of schemeFigures) expect(about.length).toBeGreaterThan(10);
});
