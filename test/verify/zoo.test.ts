import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { partCatalogue } from "../../src/schemes/part-catalogue.ts";
import { checkpointOptions } from "../../src/schemes/part-choice.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";
import {
  defectsOf,
  partsOf,
  schemeOf,
  type ZooMember,
  zoo,
  zooNames,
} from "../../src/verify/zoo.ts";
import { HUNTS, huntedOn } from "../explore/hunt.ts";

test("zoo: every member breaks something and says what", () => {
  for (const name of zooNames) {
    const { what, scenario: _scenario, scheme: _scheme, parts: _parts, ...defects } = zoo[name];
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

test("zoo: the parts that members break are those of a checkpoint scheme", () => {
  for (const name of zooNames) {
    const { parts = {} } = zoo[name];
    expect(() => checkpointOptions(parts)).not.toThrow();
    expect(partsOf([name])).toEqual(parts);
  }
  expect(partsOf([])).toEqual({});
  expect(() => partsOf(["x"])).toThrow(expect.objectContaining({ code: "ZOO_NAME" }));
});

test("zoo: the scheme that a member breaks is in the catalogue, and the later one of two decides", () => {
  for (const name of zooNames) {
    const { scheme } = zoo[name];
    expect(schemeOf([name])).toBe(scheme);
    if (scheme !== undefined) expect(schemeNames).toContain(scheme);
  }
  const members: Partial<Record<string, { -readonly [K in keyof ZooMember]: ZooMember[K] }>> = zoo;
  const [first, second] = ["torn-apply", "no-witness"].map((name) => members[name]!);
  try {
    first!.scheme = "hybrid";
    expect(schemeOf(["torn-apply", "no-witness"])).toBe("hybrid");
    second!.scheme = "vmware-ft";
    expect(schemeOf(["torn-apply", "no-witness"])).toBe("vmware-ft");
  } finally {
    delete first!.scheme;
    delete second!.scheme;
  }
  expect(schemeOf([])).toBeUndefined();
});

test("zoo: of two members that break parts of one stage the later one decides", () => {
  const given: Partial<Record<string, { -readonly [K in keyof ZooMember]: ZooMember[K] }>> = zoo;
  const [first, second] = ["torn-apply", "no-witness"].map((name) => given[name]!);
  const encodes = Object.keys(partCatalogue.encode);
  try {
    first!.parts = { encode: encodes[1]!, capture: "brownout" };
    second!.parts = { encode: encodes[2]! };
    const expected = { encode: encodes[2], capture: "brownout" };
    expect(partsOf(["torn-apply", "no-witness"])).toEqual(expected);
  } finally {
    delete first!.parts;
    delete second!.parts;
  }
});

test("zoo: every member is hunted by one file of test/explore/zoo", () => {
  const files = readdirSync(new URL("../explore/zoo/", import.meta.url)).sort();
  expect(files).toEqual(
    Object.keys(HUNTS)
      .map((file) => `${file}.test.ts`)
      .sort(),
  );
  const scenarios: readonly string[] = Object.values(HUNTS).flat();
  expect(new Set(scenarios).size).toBe(scenarios.length);
  expect(new Set(zooNames.map(huntedOn))).toEqual(new Set(scenarios));
});
