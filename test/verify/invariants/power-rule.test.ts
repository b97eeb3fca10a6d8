import { expect, test } from "vitest";
import { OneServer } from "../../../src/verify/invariants/one-server.ts";
import { PowerRule } from "../../../src/verify/invariants/power-rule.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

const about = (host: string, term: number) => ({ machine: "m", host, term });
const installed = (mustConfirm = true, decider = "witness"): StandinRecord => ({
  ...{ kind: "fence.installed", fence: "power", decider, mustConfirm },
  ...about("a", 1),
});
const started = (host: string, secondary: string, term: number): StandinRecord => ({
  ...{ kind: "protection.started", secondary },
  ...about(host, term),
});
const crashed = (host: string): StandinRecord => ({ kind: "host.crashed", host });

function rule(...records: readonly StandinRecord[]): PowerRule {
  const made = new PowerRule();
  for (const record of records) made.follow(record);
  return made;
}

test("power rule: a stand-in serves when its peer has lost power since they protect the machine", () => {
  const made = rule(crashed("a"), installed(), started("a", "b", 1));
  expect(made.objection("m", "b", 2)).toBe(
    "b serves m in term 2; a, its peer of term 1, has not lost power",
  );
  expect(made.objection("m", "a", 1)).toBeUndefined();
  made.follow(crashed("a"));
  expect(made.objection("m", "b", 2)).toBeUndefined();
  made.follow(started("b", "a", 2));
  expect(made.objection("m", "a", 3)).toMatch("b, its peer of term 2");
});

test("power rule: a peer that has agreed, or need not be off, may be on; other machines are not its", () => {
  const agreed = rule(installed(), started("a", "b", 1), {
    ...{ kind: "power.spared", peer: "a" },
    ...about("b", 2),
  });
  expect(agreed.objection("m", "b", 2)).toBeUndefined();
  expect(agreed.objection("m", "b", 3)).toBeDefined();
  expect(rule(installed(false), started("a", "b", 1)).objection("m", "b", 2)).toBeUndefined();
  expect(rule(started("a", "b", 1)).objection("m", "b", 2)).toBeUndefined();
  expect(rule(installed()).objection("m", "b", 2)).toBeUndefined();
});

test("power rule: without a witness it is the confirmation that names who serves", () => {
  const invariant = new OneServer();
  const serving = (host: string, term: number): StandinRecord => ({
    ...{ kind: "failover.serving", from: "a", epoch: 1 },
    ...about(host, term),
  });
  for (const record of [installed(true, "nobody"), started("a", "b", 1), crashed("a")]) {
    expect(invariant.observe(record)).toBeUndefined();
  }
  expect(invariant.observe(serving("b", 2))).toMatch("the witness has named a in term 1");
  invariant.observe({ kind: "power.confirmed", peer: "a", ...about("b", 2) });
  expect(invariant.observe(serving("b", 2))).toBeUndefined();
  // A confirmation that comes late takes nothing back.
  invariant.observe({ kind: "power.confirmed", peer: "b", ...about("a", 2) });
  expect(invariant.observe(serving("b", 2))).toBeUndefined();
});
