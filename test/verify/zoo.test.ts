import { expect, test } from "vitest";
import { defectsOf, zoo, zooNames } from "../../src/verify/zoo.ts";

test("zoo: every member breaks something and says what", () => {
  for (const name of zooNames) {
    const { what, scenario: _scenario, ...defects } = zoo[name];
    expect(what.length).toBeGreaterThan(10);
    expect(Object.keys(defects).length).toBeGreaterThan(0);
    expect(defectsOf([name])).toEqual(defects);
  }
});

test("zoo: several members are broken together", () => {
  expect(defectsOf(["torn-apply", "no-witness", "release-at-stop"])).toEqual({
    checkpoint: { tornApply: true, releaseAtStop: true },
    cluster: { noWitness: true },
  });
  expect(defectsOf([])).toEqual({});
});

test("zoo: an unknown name is refused with those that are known", () => {
  expect(() => defectsOf(["toString"])).toThrow(
    /expected one of release-at-stop, .*, got "toString"/,
  );
  expect(() => defectsOf(["x"])).toThrow(expect.objectContaining({ code: "ZOO_NAME" }));
});
