import { expect, test } from "vitest";
import { SWITCH_NAME } from "../../../src/host/client-cable.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { checkPlan } from "../../../src/verify/plan/check-plan.ts";
import { parsePlan } from "../../../src/verify/plan/parse-plan.ts";

const network = new Network(new Engine({ seed: 1 }));
for (const name of ["a", "b", "witness"]) network.addHost(name);
network.connect("a", "b");
network.connect("witness", "b");

const at = { atNs: 5 };
const crash = { kind: "crash", at, host: "a" };
const loss = { kind: "loss", at, from: "a", to: "b", probability: 0.5, forNs: 1e6 };

function check(...faults: unknown[]): void {
  checkPlan(parsePlan({ version: 1, faults }), network, ["my.point"]);
}

test("plan check: hosts, links and points that exist are fine", () => {
  check(
    crash,
    loss,
    { ...loss, from: "b", to: "witness" },
    { ...loss, to: SWITCH_NAME },
    { ...loss, from: SWITCH_NAME },
    { ...crash, at: { point: "commit.sent", occurrence: 1, host: "b" } },
    { ...crash, at: { point: "my.point", occurrence: 1 } },
  );
});

test("plan check: what does not exist is refused with what does", () => {
  expect(() => check(crash, { ...crash, host: "c" })).toThrow(
    'faults[1].host: expected one of a, b, witness, got "c"',
  );
  expect(() => check({ ...loss, to: "c" })).toThrow(
    'faults[0].to: expected one of a, b, witness, client switch, got "c"',
  );
  expect(() => check({ ...crash, at: { point: "commit.sent", occurrence: 1, host: "c" } })).toThrow(
    'faults[0].at.host: expected one of a, b, witness, got "c"',
  );
  expect(() => check({ ...loss, to: "witness" })).toThrow(
    'faults[0].to: expected a host linked with a (b), got "witness"',
  );
  expect(() => check({ ...crash, at: { point: "commit.snet", occurrence: 1 } })).toThrow(
    'faults[0].at.point: expected the name of a point, such as commit.sent, got "commit.snet"',
  );
  expect(() => check({ kind: "partition", at, from: "a", to: SWITCH_NAME, forNs: 1e6 })).toThrow(
    'faults[0].to: expected one of a, b, witness, got "client switch"',
  );
  expect(() =>
    checkPlan(parsePlan({ version: 1, faults: [crash] }), new Network(new Engine({ seed: 1 }))),
  ).toThrow('faults[0].host: expected one of none, because there is no host, got "a"');
});
