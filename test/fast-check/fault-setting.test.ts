import { expect, test } from "vitest";
import { checkedSetting, type FaultPlanSetting } from "../../src/fast-check/fault-setting.ts";
import { FAULTS_MAX, type FaultKind } from "../../src/verify/plan/fault.ts";
import { caught } from "../matchers/caught.ts";

const two = { hosts: ["a", "b"], untilNs: 1_000 };

test("fault setting: defaults are four faults of every kind that the hosts allow", () => {
  const { faultsMax, kinds, points } = checkedSetting(two);
  expect([faultsMax, points]).toEqual([4, []]);
  expect(kinds).toContain("partition");
  expect(kinds).toHaveLength(13);
  const alone = checkedSetting({ hosts: ["a"], untilNs: 1 });
  expect(alone.kinds).toEqual(["crash", "restart", "pause", "slow", "clock", "cable"]);
});

test("fault setting: what is given is kept", () => {
  const points = ["commit.sent"];
  const given = { ...two, faultsMax: 0, kinds: ["loss"], points } as const;
  expect(checkedSetting(given)).toEqual(given);
  expect(checkedSetting({ ...two, faultsMax: FAULTS_MAX }).faultsMax).toBe(FAULTS_MAX);
});

test.each<[string, Partial<FaultPlanSetting>, string]>([
  ["no host", { hosts: [] }, "hosts: expected one name or more, none of them twice, got none"],
  ["a host twice", { hosts: ["a", "a"] }, "got a, a"],
  ["no time", { untilNs: 0 }, "untilNs: expected a whole number from 1 to"],
  ["half a time", { untilNs: 1.5 }, "got 1.5"],
  ["fewer faults than none", { faultsMax: -1 }, "faultsMax: expected a whole number from 0 to"],
  ["too many faults", { faultsMax: FAULTS_MAX + 1 }, "got 1001"],
  ["no kind", { kinds: [] }, "kinds: expected some of crash, restart"],
  ["an unknown kind", { kinds: ["fire" as FaultKind] }, "got fire"],
  ["a link of one host", { hosts: ["a"], kinds: ["loss"] }, "cable for one host, got loss"],
])("fault setting: %s is refused", (_, change, message) => {
  const error = caught(() => checkedSetting({ ...two, ...change }));
  expect(error).toMatchObject({ code: "FAULT_SETTING" });
  expect(error.message).toContain(message);
});

test("fault setting: an unknown point is refused", () => {
  const error = caught(() => checkedSetting({ ...two, points: ["commit.lost"] }));
  expect(error).toMatchObject({ code: "POINT" });
});
